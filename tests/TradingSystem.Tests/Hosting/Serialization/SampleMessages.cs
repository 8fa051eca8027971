using System.Collections;
using System.Reflection;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Tests.Hosting.Serialization;

/// <summary>A message of every type, with everything that is hard to carry and with nothing that may be left out.</summary>
internal static class SampleMessages
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>What is put on the bus as it is: nobody else's field or item.</summary>
    public static IReadOnlyList<Type> Types { get; } = Find();

    public static object Full(Type type) => Make(type, full: true);

    /// <summary>Null and empty wherever that is allowed.</summary>
    public static object Bare(Type type) => Make(type, full: false);

    private static List<Type> Find()
    {
        var records = typeof(TradeDecisions).Assembly.GetExportedTypes().Where(t => t.IsClass && t.GetMethod("<Clone>$") is not null).ToList();
        var inner = records.SelectMany(r => r.GetProperties()).Select(p => Item(p.PropertyType) ?? p.PropertyType).ToHashSet();
        return [.. records.Where(r => !inner.Contains(r))];
    }

    private static object Make(Type type, bool full)
    {
        var constructor = type.GetConstructors().Where(c => c.GetParameters() is not [var only] || only.ParameterType != type).MaxBy(c => c.GetParameters().Length)!;
        var parameters = constructor.GetParameters();
        var made = constructor.Invoke([.. parameters.Select((p, i) => Value(p.ParameterType, full || Nullability.Create(p).ReadState != NullabilityState.Nullable, full, i))]);
        var position = 0;
        foreach (var property in type.GetProperties())
        {
            position++;
            if (property.CanWrite && !parameters.Any(p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase)))
            {
                property.SetValue(made, Value(property.PropertyType, full || Nullability.Create(property).ReadState != NullabilityState.Nullable, full, position));
            }
        }

        return made;
    }

    private static object? Value(Type type, bool present, bool full, int position)
    {
        if (!present)
        {
            return null;
        }

        if (Item(type) is { } item)
        {
            var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
            for (var i = 0; full && i < 3; i++)
            {
                items.Add(Value(item, present: true, full, position + i));
            }

            return items;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => full ? $"{position} Größe 価格 🚀 \"quoted\" \\ \0 \u001f </script> \u2028" : "",
            _ when type == typeof(Guid) => full ? new Guid(position, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255) : Guid.Empty,
            _ when type == typeof(decimal) => full ? (position % 2 == 0 ? 7922816251426433759354395.0335m : -0.0000000000000000000000000001m) : 0m,
            _ when type == typeof(DateTimeOffset) => full
                ? new DateTimeOffset(2026, 2, 28, 23, 59, 59, TimeSpan.FromHours(position % 3)).AddTicks(1_234_567)
                : default(DateTimeOffset),
            _ when type == typeof(long) => full ? long.MaxValue - position : 0L,
            _ when type == typeof(int) => full ? int.MinValue : 0,
            _ when type == typeof(bool) => full,
            _ when type == typeof(ReasonCode) => ReasonCodes.All[full ? position : 0],
            _ when type.IsEnum => Enum.GetValues(type).GetValue(full ? 2 : 0),
            _ => Make(type, full),
        };
    }

    private static Type? Item(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;
}
