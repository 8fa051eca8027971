using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace TradingSystem.Hosting;

/// <summary>
/// Decimals without the zeros behind their last digit. A column of numeric(38,18) gives 10 as 10.000000000000000000, and a product has the places
/// of both its factors; nobody is shown either. What is read from a table loses them at once, and whatever REST and the hub write once more.
/// </summary>
public static class PlainDecimal
{
    /// <summary>The same value in as few digits as it has.</summary>
    // A quotient that comes out even is given without zeros at its end, and by one every quotient comes out even.
    public static decimal Of(decimal value) => value.Scale == 0 ? value : value / 1.0000000000000000000000000000m;

    /// <summary>Every decimal property is written plain; the documents' schemas stay what they are, as no converter hides the type.</summary>
    public static void Apply(JsonSerializerOptions options) =>
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(static type =>
        {
            foreach (var property in type.Properties)
            {
                if (property.Get is { } get && (property.PropertyType == typeof(decimal) || property.PropertyType == typeof(decimal?)))
                {
                    property.Get = owner => get(owner) is decimal value ? Of(value) : null;
                }
            }
        });

    /// <summary>For the columns; the table keeps what it kept.</summary>
    internal sealed class Column() : ValueConverter<decimal, decimal>(value => value, value => Of(value));
}
