using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using TradingSystem.Trigger.Hooks;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookProofTests
{
    private const string Secret = "wh_0123456789abcdefghijklmnopqrstuvwxyz";

    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly HookAuth InBody = new(HookWords.Body, Field: "secret");
    private static readonly HookAuth InPath = new(HookWords.Path);

    [Test]
    public void A_secret_in_the_body_is_compared_and_does_not_stay_in_it()
    {
        var kept = Holds(InBody, $$"""{"secret":"{{Secret}}","echo":"{{Secret}}!","price":1}""");
        Assert.That(kept, Is.EqualTo("""{"secret":"***","echo":"***!","price":1}"""));
        Assert.That(Holds(InBody, $"secret={Secret}\nprice=1"), Is.EqualTo("secret=***\nprice=1"));
    }

    [TestCase("""{"secret":"","price":1}""")]
    [TestCase("""{"price":1}""")]
    [TestCase("""{"secret":null}""")]
    [TestCase("""{"other":"wh_0123456789abcdefghijklmnopqrstuvwxyz"}""")]
    [TestCase("""{"secret":"wh_0123456789abcdefghijklmnopqrstuvwxy"}""")]
    [TestCase("""{"secret":"wh_0123456789abcdefghijklmnopqrstuvwxyz "}""")]
    [TestCase("wh_0123456789abcdefghijklmnopqrstuvwxyz")]
    [TestCase("")]
    public void Anything_else_in_the_body_is_none(string body) => Assert.That(Holds(InBody, body, Secret), Is.Null);

    [Test]
    public void A_secret_is_looked_for_only_where_the_hook_has_it()
    {
        Assert.That(Holds(InPath, "{}", Secret), Is.EqualTo("{}"));
        Assert.That(Holds(InPath, $$"""{"secret":"{{Secret}}"}"""), Is.Null);
        Assert.That(Holds(InPath, "{}", ""), Is.Null);
        Assert.That(Holds(new(HookWords.Hmac, Header: "X-Signature"), $$"""{"secret":"{{Secret}}"}""", Secret), Is.Null);
    }

    [TestCase(HookWords.Hex, "")]
    [TestCase(HookWords.Hex, "sha256=")]
    [TestCase(HookWords.Base64, "")]
    public void A_signature_is_of_the_very_bytes(string encoding, string prefix)
    {
        var auth = new HookAuth(HookWords.Hmac, Header: "X-Signature", Encoding: encoding, Prefix: prefix.Length == 0 ? null : prefix);
        const string body = "{\"price\": 1}\r\n";
        var signature = prefix + Signature(body, encoding);

        Assert.That(Holds(auth, body, header: _ => signature), Is.EqualTo(body));
        Assert.That(Holds(auth, body.TrimEnd(), header: _ => signature), Is.Null);
        foreach (var wrong in new[] { "", signature[..^2], signature + "00", "x" + signature, Signature(body, encoding)[1..], "zz" })
        {
            Assert.That(Holds(auth, body, header: _ => wrong), Is.Null, wrong);
        }

        Assert.That(Holds(auth, body, header: _ => null), Is.Null);
    }

    [Test]
    public void A_signature_in_hex_is_taken_in_either_case() =>
        Assert.That(Holds(new(HookWords.Hmac, Header: "X-Signature"), "{}", header: _ => Signature("{}", HookWords.Hex).ToUpperInvariant()), Is.EqualTo("{}"));

    [TestCase(0, true)]
    [TestCase(-30, true)]
    [TestCase(30, true)]
    [TestCase(-31, false)]
    [TestCase(31, false)]
    public void A_signed_time_is_held_to_its_tolerance(int seconds, bool holds)
    {
        var auth = new HookAuth(HookWords.Hmac, Header: "X-Signature", TimestampHeader: "X-Timestamp", ToleranceS: 30);
        var time = (Noon.ToUnixTimeSeconds() + seconds).ToString(CultureInfo.InvariantCulture);
        string? Header(string name) => name == "X-Timestamp" ? time : Signature($"{time}.{{}}", HookWords.Hex);

        Assert.That(Holds(auth, "{}", header: Header) is not null, Is.EqualTo(holds));
        Assert.That(Holds(auth, "{}", header: n => n == "X-Timestamp" ? time : Signature("{}", HookWords.Hex)), Is.Null, "the time is signed, too");
        Assert.That(Holds(auth, "{}", header: n => n == "X-Timestamp" ? null : Header(n)), Is.Null);
    }

    [Test]
    public void A_derived_secret_is_the_same_on_every_node_and_another_with_each_hook_version_and_key()
    {
        var (hook, secrets) = (Guid.NewGuid(), new HookSecrets(new byte[32]));
        Assert.That(new HookSecrets(new byte[32]).Derived(hook, 1), Is.EqualTo(secrets.Derived(hook, 1)));
        string[] others = [secrets.Derived(hook, 2), secrets.Derived(Guid.NewGuid(), 1), new HookSecrets([.. Enumerable.Repeat((byte)1, 32)]).Derived(hook, 1)];
        Assert.That(others.Append(secrets.Derived(hook, 1)), Is.Unique);
        Assert.That(secrets.Create(hook, 1, signs: false), Is.Not.EqualTo(secrets.Create(hook, 1, signs: false)));
        Assert.That(secrets.Create(hook, 1, signs: true), Is.EqualTo(secrets.Derived(hook, 1)));
    }

    private static string Signature(string signed, string encoding)
    {
        var bytes = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(signed));
        return encoding == HookWords.Hex ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);
    }

    /// <summary>The body as it is kept; null where it does not hold.</summary>
    private static string? Holds(HookAuth auth, string body, string? path = null, Func<string, string?>? header = null) =>
        HookProof.Holds(auth, HookSecrets.Hash(Secret), Encoding.UTF8.GetBytes(Secret), new(Alerts.Bytes(body), path, header ?? (_ => null)), Noon, out var kept)
            ? Encoding.UTF8.GetString(kept)
            : null;
}
