using System.Reflection;
using System.Text;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Tests.Wire.Documents;

/// <summary>Services of different versions read each other's messages: a changed field should be seen.</summary>
public sealed class BusSnapshotTests
{
    [Test]
    public void Messages_on_the_bus_have_the_fields_they_had()
    {
        var nullability = new NullabilityInfoContext();
        var text = new StringBuilder();
        foreach (var type in typeof(TradeDecision).Assembly.GetExportedTypes().Where(t => t != typeof(BusJson)).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            text.Append(type.Name).Append('\n');
            if (type.IsEnum)
            {
                text.Append("  ").AppendJoin(", ", Enum.GetNames(type)).Append('\n');
                continue;
            }

            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                text.Append($"  {property.Name}: {Name(property.PropertyType)}{(nullability.Create(property).ReadState == NullabilityState.Nullable ? "?" : "")}\n");
            }
        }

        Snapshot.Match("tests/TradingSystem.Tests/Wire/Golden/bus.txt", text.ToString());
    }

    private static string Name(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? Name(inner)
        : type == typeof(ReasonCode) ? nameof(String)
        : type.IsGenericType ? $"[{Name(type.GetGenericArguments()[0])}]"
        : type.Name;
}
