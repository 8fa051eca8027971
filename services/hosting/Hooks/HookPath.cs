using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TradingSystem.Hosting.Hooks;

/// <summary>
/// Who can send no header has the secret in the path, <c>/hooks/{name}/{secret}</c>. <see cref="HookServer"/> takes it out of a request before anybody
/// sees the path; whoever needs it asks here. The front passes it on in <see cref="Header"/>, so no address between services has it.
/// </summary>
public static partial class HookPath
{
    public const string Prefix = "/hooks";

    /// <summary>Between front and service.</summary>
    public const string Header = "X-Hook-Secret";

    /// <summary>What stands in the path in its place.</summary>
    public const string Redacted = "redacted";

    private const int Longest = 200;

    /// <summary>The secret that came in the path; empty for what cannot be one, null where there was none.</summary>
    public static string? SecretOf(HttpContext context) => context.Features.Get<HookSecret>()?.Text;

    /// <param name="features">Of a request as the server has read it.</param>
    /// <param name="basePath">What may stand before the prefix.</param>
    public static void TakeSecret(IFeatureCollection features, PathString basePath)
    {
        if (features.Get<IHttpRequestFeature>() is not { } request)
        {
            return;
        }

        var whole = request.Path;
        var begin = Slashes(whole, 0);
        if (basePath.HasValue && whole.AsSpan(begin).StartsWith(basePath.Value, StringComparison.OrdinalIgnoreCase))
        {
            begin = Slashes(whole, begin + basePath.Value!.Length);
        }

        if (!whole.AsSpan(begin).StartsWith(Prefix + "/", StringComparison.OrdinalIgnoreCase) || NameEnd(whole, begin + Prefix.Length) is not { } end)
        {
            // It stands where none is looked for, and in no log all the same.
            if (Misplaced().Replace(whole, Redacted) is var masked && masked != whole)
            {
                request.Path = request.RawTarget = masked;
            }

            return;
        }

        var secret = whole[(end + 1)..];
        // The front has taken it out of the path before.
        if (secret == Redacted && request.Headers[Header] is [{ } passedOn])
        {
            secret = passedOn;
        }

        request.Headers.Remove(Header);
        request.Path = request.RawTarget = $"{Misplaced().Replace(whole[..end], Redacted)}/{Redacted}";
        features.Set(new HookSecret(secret.Length <= Longest && !secret.AsSpan().ContainsAnyExceptInRange('!', '~') ? secret : ""));
    }

    /// <summary>Where the last of repeated slashes stands.</summary>
    private static int Slashes(string path, int at)
    {
        while (at + 1 < path.Length && path[at] == '/' && path[at + 1] == '/')
        {
            at++;
        }

        return at;
    }

    [GeneratedRegex("(?<=/|%2f)wh_[^/]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Misplaced();

    /// <summary>Where the slash behind the name stands; null where nothing is behind it.</summary>
    private static int? NameEnd(string path, int prefix) =>
        path.Length > prefix + 1 && path.IndexOf('/', prefix + 1) is var end && end > 0 && end < path.Length - 1 ? end : null;

    private sealed record HookSecret(string Text)
    {
        public override string ToString() => nameof(HookSecret);
    }
}
