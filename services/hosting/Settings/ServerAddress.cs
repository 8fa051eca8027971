using System.Buffers;
using System.Globalization;

namespace TradingSystem.Hosting.Settings;

/// <summary>A server's address as a URI has it, its parts decoded. What does not parse is told without a part of what was written.</summary>
/// <param name="Path">Behind the first slash; null without one.</param>
/// <param name="Options">Behind the question mark.</param>
internal sealed record ServerAddress(string Scheme, string Host, int? Port, string? User, string? Password, string? Path, IReadOnlyList<KeyValuePair<string, string>> Options)
{
    // What ends the user's part of a URI, or begins another one in it.
    private static readonly SearchValues<char> Delimiters = SearchValues.Create("/?#[]@: ");

    /// <param name="setting">Its name, for the message.</param>
    /// <param name="form">What it looks like, for the message.</param>
    /// <param name="parts">The settings that take the parts as they are, for the message.</param>
    /// <exception cref="SettingException">Why it does not parse, and how to write what is to be escaped.</exception>
    public static ServerAddress Parse(string text, string setting, string form, string parts, params ReadOnlySpan<string> schemes)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = colon < 0 ? "" : text[..colon].ToLowerInvariant();
        if (!schemes.Contains(scheme))
        {
            throw Fault($"it must begin with {string.Join(":// or ", schemes!)}://");
        }

        var rest = text[(colon + 3)..];
        // The last one: a password that has one of its own is then found in what stands before it.
        var at = rest.LastIndexOf('@');
        var (user, password) = at < 0 ? (null, null) : Credentials(rest[..at]);
        rest = rest[(at + 1)..];
        var end = rest.AsSpan().IndexOfAny("/?#");
        var (server, tail) = end < 0 ? (rest, "") : (rest[..end], rest[end..]);
        if (tail.Contains('#', StringComparison.Ordinal))
        {
            throw Fault("a # in it is written %23");
        }

        var question = tail.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (tail, "") : (tail[..question], tail[(question + 1)..]);
        var (host, port) = Server(server);
        return new(scheme, host, port, user, password, path.Length == 0 ? null : Decoded(path[1..]), Query(query));

        (string User, string? Password) Credentials(string part)
        {
            var split = part.IndexOf(':', StringComparison.Ordinal);
            var (name, secret) = split < 0 ? (part, null) : (part[..split], part[(split + 1)..]);
            foreach (var piece in new[] { name, secret ?? "" })
            {
                var wrong = piece.AsSpan().IndexOfAny(Delimiters);
                if (wrong >= 0)
                {
                    throw Fault($"'{piece[wrong]}' in the user or the password is written %{(int)piece[wrong]:X2}");
                }
            }

            return (Decoded(name), secret is null ? null : Decoded(secret));
        }

        (string Host, int? Port) Server(string part)
        {
            // An IPv6 address stands in brackets.
            var split = part.LastIndexOf(':') is var last && last > part.LastIndexOf(']') ? last : -1;
            var name = split < 0 ? part : part[..split];
            if (name.Length == 0)
            {
                throw Fault("it has no host");
            }

            if (Uri.CheckHostName(name) is UriHostNameType.Unknown)
            {
                throw Fault("its host is neither a name nor an address (IPv6 in brackets)");
            }

            if (split < 0)
            {
                return (name.Trim('[', ']'), null);
            }

            return int.TryParse(part[(split + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= ushort.MaxValue
                ? (name.Trim('[', ']'), number)
                : throw Fault("its port is no whole number from 1 to 65535");
        }

        List<KeyValuePair<string, string>> Query(string part) =>
            [.. part.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(o => o.Split('=', 2)).Select(o => KeyValuePair.Create(Decoded(o[0]), o.Length > 1 ? Decoded(o[1]) : ""))];

        string Decoded(string part)
        {
            for (var i = part.IndexOf('%', StringComparison.Ordinal); i >= 0; i = part.IndexOf('%', i + 1))
            {
                if (i + 2 >= part.Length || !char.IsAsciiHexDigit(part[i + 1]) || !char.IsAsciiHexDigit(part[i + 2]))
                {
                    throw Fault("a % in it is written %25");
                }
            }

            return Uri.UnescapeDataString(part);
        }

        SettingException Fault(string why) =>
            new(
                $"{setting} does not parse: {why}. It looks like {form}, with characters such as @ / : # % of user, password and path percent-encoded (@ is %40, / is %2F); {parts} take them as they are.");
    }
}
