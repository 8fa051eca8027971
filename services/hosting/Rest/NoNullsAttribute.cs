namespace TradingSystem.Hosting.Rest;

/// <summary>A request's body that refuses null: what is not given is left out. The OpenAPI document says so.</summary>
/// <param name="except">Properties for which null says the same as nothing, or something of its own.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NoNullsAttribute(params string[] except) : Attribute
{
    public IReadOnlyList<string> Except => except;
}
