using System.Text;
using FsCheck;
using NUnit.Framework;
using TradingSystem.Execution.Accounts.Secrets;

namespace TradingSystem.Tests.Execution.Accounts.Secrets;

[TestFixture]
public sealed class EnvelopeTests
{
    private const string Venue = "binance";

    private static readonly Guid Account = Guid.Parse("0197f5d0-0000-7000-8000-00000000000c");
    private static readonly string First = Keys.Random();
    private static readonly string Second = Keys.Random();
    private static readonly byte[] Plain = Encoding.UTF8.GetBytes("a secret of an account");

    private readonly Envelope _envelope = new(Keys.Ring(First));

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool What_was_sealed_opens_to_the_same_bytes(byte[] plain, Guid account, NonNegativeInt venue)
    {
        var name = new[] { "binance", "bybit", "okx" }[venue.Get % 3];
        return _envelope.Open(account, name, _envelope.Seal(account, name, plain)).AsSpan().SequenceEqual(plain);
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool No_byte_of_a_sealed_secret_can_be_changed(NonNegativeInt where, byte change)
    {
        var secret = _envelope.Seal(Account, Venue, Plain);
        var parts = new[] { secret.WrappedKey, secret.Ciphertext };
        var index = where.Get % (parts[0].Length + parts[1].Length);
        var part = index < parts[0].Length ? parts[0] : parts[1];
        part[index < parts[0].Length ? index : index - parts[0].Length] ^= change == 0 ? (byte)1 : change;
        return IsDamaged(() => _envelope.Open(Account, Venue, secret));
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public bool A_secret_that_was_cut_does_not_open(NonNegativeInt length)
    {
        var secret = _envelope.Seal(Account, Venue, Plain);
        return IsDamaged(() => _envelope.Open(Account, Venue, secret with { Ciphertext = secret.Ciphertext[..(length.Get % secret.Ciphertext.Length)] }))
            && IsDamaged(() => _envelope.Open(Account, Venue, secret with { WrappedKey = secret.WrappedKey[..(length.Get % secret.WrappedKey.Length)] }));
    }

    [Test]
    public void A_secret_opens_for_its_own_account_and_venue_only()
    {
        var secret = _envelope.Seal(Account, Venue, Plain);
        Assert.Multiple(() =>
        {
            Assert.Throws<SecretUnreadableException>(() => _envelope.Open(Guid.NewGuid(), Venue, secret));
            Assert.Throws<SecretUnreadableException>(() => _envelope.Open(Account, "bybit", secret));
            Assert.That(_envelope.Open(Account, Venue, secret), Is.EqualTo(Plain));
        });
    }

    [Test]
    public void Each_layer_is_bound_to_the_account_for_itself()
    {
        var (mine, others) = (_envelope.Seal(Account, Venue, Plain), _envelope.Seal(Guid.NewGuid(), Venue, Plain));
        Assert.Throws<SecretUnreadableException>(() => _envelope.Open(Account, Venue, mine with { Ciphertext = others.Ciphertext }));
        Assert.Throws<SecretUnreadableException>(() => _envelope.Open(Account, Venue, others with { Ciphertext = mine.Ciphertext }));
    }

    [Test]
    public void The_same_secret_never_looks_the_same_and_shows_nothing_of_itself()
    {
        var (one, two) = (_envelope.Seal(Account, Venue, Plain), _envelope.Seal(Account, Venue, Plain));
        Assert.Multiple(() =>
        {
            Assert.That(one.Ciphertext, Is.Not.EqualTo(two.Ciphertext));
            Assert.That(one.WrappedKey, Is.Not.EqualTo(two.WrappedKey));
            Assert.That(one.Ciphertext.AsSpan().IndexOf(Plain.AsSpan(0, 4)), Is.Negative);
        });
    }

    [Test]
    public void The_newest_key_seals_and_an_older_one_still_opens()
    {
        var old = _envelope.Seal(Account, Venue, Plain);
        var both = new Envelope(Keys.Ring(First, Second));
        Assert.Multiple(() =>
        {
            Assert.That(both.Open(Account, Venue, old), Is.EqualTo(Plain));
            Assert.That((old.KeyVersion, both.Seal(Account, Venue, Plain).KeyVersion), Is.EqualTo((1, 2)));
        });
    }

    [Test]
    public void A_rewrapped_secret_needs_the_newest_key_alone()
    {
        var old = _envelope.Seal(Account, Venue, Plain);
        var wrapped = new Envelope(Keys.Ring(First, Second)).Rewrap(Account, Venue, old);
        var newestOnly = new Envelope(Keys.Read(("Execution:Keys:2", Second)));
        Assert.Multiple(() =>
        {
            Assert.That(wrapped.KeyVersion, Is.EqualTo(2));
            Assert.That(wrapped.Ciphertext, Is.EqualTo(old.Ciphertext), "the secret itself is not touched");
            Assert.That(newestOnly.Open(Account, Venue, wrapped), Is.EqualTo(Plain));
            Assert.Throws<SecretUnreadableException>(() => newestOnly.Open(Account, Venue, old));
        });
    }

    [Test]
    public void A_moved_row_cannot_be_rewrapped_into_a_good_one()
    {
        var secret = _envelope.Seal(Account, Venue, Plain);
        Assert.Throws<SecretUnreadableException>(() => new Envelope(Keys.Ring(First, Second)).Rewrap(Guid.NewGuid(), Venue, secret));
    }

    [Test]
    public void A_missing_key_version_is_named_with_the_setting_that_would_bring_it()
    {
        var secret = new Envelope(Keys.Read(("Execution:Keys:7", First))).Seal(Account, Venue, Plain);
        var failure = Assert.Throws<SecretUnreadableException>(() => _envelope.Open(Account, Venue, secret));
        Assert.That(failure!.Message, Does.Contain("EXECUTION__KEYS__7").And.Contain($"{Account}"));
    }

    [Test]
    public void Another_key_under_the_same_version_opens_nothing()
    {
        var secret = _envelope.Seal(Account, Venue, Plain);
        Assert.Throws<SecretUnreadableException>(() => new Envelope(Keys.Ring(Second)).Open(Account, Venue, secret));
    }

    [Test]
    public void Without_a_key_nothing_can_be_sealed()
    {
        var without = new Envelope(Keys.Read());
        Assert.That(without.CanSeal, Is.False);
        Assert.That(Assert.Throws<InvalidOperationException>(() => without.Seal(Account, Venue, Plain))!.Message, Does.Contain(KeyRing.KeysSetting));
    }

    private static bool IsDamaged(Func<byte[]> open)
    {
        try
        {
            open();
            return false;
        }
        catch (SecretUnreadableException)
        {
            return true;
        }
    }
}
