namespace TradingSystem.Contracts.Wire.Validation;

/// <summary>
/// One broken rule. <c>Path</c> names the field (<c>payload.signal.qty</c>, <c>targets[2]</c>, <c>$</c> for the whole frame);
/// <c>Got</c> is what was found, shortened.
/// </summary>
public sealed record FieldError(string Path, string Rule, string Got)
{
    private const int MaxGot = 80;

    public static string Shorten(string value)
    {
        if (value.Length > MaxGot)
        {
            // Half a surrogate pair would not be valid UTF-8 in the reply.
            var end = char.IsHighSurrogate(value[MaxGot - 1]) ? MaxGot - 1 : MaxGot;
            value = value[..end] + "…";
        }

        // What we refuse to read we do not write.
        return value.Replace('\0', '\uFFFD');
    }

    public static string Join(string parent, string name) =>
        parent.Length == 0 || parent == "$" ? name
        : name.Length == 0 || name[0] == '[' ? parent + name
        : parent + "." + name;
}
