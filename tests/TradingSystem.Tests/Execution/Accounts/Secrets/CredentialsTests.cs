using System.Text;
using FsCheck;
using NUnit.Framework;
using TradingSystem.Execution.Accounts.Secrets;

namespace TradingSystem.Tests.Execution.Accounts.Secrets;

[TestFixture]
public sealed class CredentialsTests
{
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool What_is_written_reads_the_same(NonEmptyArray<byte> key, NonEmptyArray<byte> secret, byte[] passphrase)
    {
        using var before = new Credentials([.. key.Get], [.. secret.Get], passphrase.Length == 0 ? null : [.. passphrase]);
        using var after = Credentials.FromBytes(before.ToBytes());
        return after.ApiKey.Span.SequenceEqual(key.Get)
            && after.Secret.Span.SequenceEqual(secret.Get)
            && after.Passphrase.Span.SequenceEqual(passphrase)
            && after.HasPassphrase == passphrase.Length > 0;
    }

    [Test]
    public void The_hint_is_the_last_four_characters_of_the_key_and_nothing_shows_more()
    {
        using var credentials = Make("abcdefgh1234", "the-secret-part", "the-passphrase");
        Assert.That((credentials.Hint, credentials.ToString()), Is.EqualTo(("1234", "Credentials")));
    }

    [Test]
    public void A_text_that_repeats_a_credential_is_told_without_it()
    {
        using var credentials = Make("abcdefgh1234", "the-secret-part", "the-passphrase");
        Assert.That(credentials.Hide("key ABCDEFGH1234 with the-secret-part/the-passphrase is bad"), Is.EqualTo("key *** with ***/*** is bad"));
    }

    [Test]
    public void Disposed_credentials_are_zero()
    {
        byte[][] parts = [Bytes("abcdefgh1234"), Bytes("the-secret-part"), Bytes("the-passphrase")];
        new Credentials(parts[0], parts[1], parts[2]).Dispose();
        Assert.That(parts, Has.All.All.EqualTo((byte)0));
    }

    private static Credentials Make(string key, string secret, string passphrase) => new(Bytes(key), Bytes(secret), Bytes(passphrase));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
