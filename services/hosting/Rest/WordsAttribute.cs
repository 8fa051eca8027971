using System.Reflection;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// The text is one of the words that another type keeps, e.g. <c>[Words(typeof(OrderStatus))]</c>; the OpenAPI document says them as an enum.
/// </summary>
/// <param name="home">Where the words are.</param>
/// <param name="member">The static field that lists them.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class WordsAttribute(Type home, string member = "All") : Attribute
{
    /// <exception cref="InvalidOperationException">There is no such list.</exception>
    public IReadOnlyList<string> Words =>
        home.GetField(member, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as IReadOnlyList<string>
        ?? throw new InvalidOperationException($"{home.Name} has no list {member} of words.");
}
