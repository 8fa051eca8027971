namespace TradingSystem.Hosting.Hooks;

/// <summary>Headers in which a signature may come. The front passes on those and no others, so a hook can be told of no others.</summary>
public static class HookHeaders
{
    public const string Rule = "a header's name that begins with X- or Webhook-, or ends with -Signature or -Timestamp; none of a proxy's own";

    private const int Longest = 64;

    private static readonly string[] Others = ["X-Forwarded-", "X-Real-", "X-Original-", HookPath.Header];

    public static bool MayCarry(string name) =>
        name.Length is > 2 and <= Longest
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && (Begins(name, "X-") || Begins(name, "Webhook-") || Ends(name, "-Signature") || Ends(name, "-Timestamp"))
        && !Array.Exists(Others, o => Begins(name, o));

    private static bool Begins(string name, string with) => name.StartsWith(with, StringComparison.OrdinalIgnoreCase);

    private static bool Ends(string name, string with) => name.EndsWith(with, StringComparison.OrdinalIgnoreCase);
}
