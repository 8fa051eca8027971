using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>The fields that an object may have.</summary>
public sealed class FieldNames(params string[] names)
{
    private readonly byte[][] _utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];

    public ReadOnlySpan<string> All => names;

    /// <summary>Costs no allocation for a name as everybody writes it.</summary>
    public bool Contains(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        foreach (var name in _utf8)
        {
            if (raw.SequenceEqual(name))
            {
                return true;
            }
        }

        return raw.Contains((byte)'\\') && names.Contains(property.Name);
    }
}
