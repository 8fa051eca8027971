using NUnit.Framework;
using TradingSystem.Execution.Limits;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Limits;

[TestFixture]
public sealed class FenceTests
{
    private static readonly Guid Token = Guid.Parse("0197f5d0-0000-7000-8000-00000000000a");

    [TestCase(6, "STALE_SESSION")]
    [TestCase(7, null)]
    [TestCase(8, null)]
    public void A_session_older_than_one_that_was_seen_is_refused(long epoch, string? code)
    {
        var fences = Seen(7);
        Assert.That(fences.Pass(Long() with { TokenId = Token, Epoch = epoch })?.Code.Word, Is.EqualTo(code));
    }

    [Test]
    public void The_refusal_names_the_epoch_seen_and_the_decisions_own()
    {
        var reason = Seen(7).Pass(Long() with { TokenId = Token, Epoch = 3 })!;
        Assert.That((reason.Limit, reason.Value), Is.EqualTo(("7", "3")));
    }

    [Test]
    public void A_newer_session_shuts_out_the_one_before_from_the_same_message_on()
    {
        var fences = Seen(7);
        var passed = new long[] { 7, 8, 7, 8, 9, 8 }.Select(e => fences.Pass(Long() with { TokenId = Token, Epoch = e }) is null);
        Assert.That(passed, Is.EqualTo(new[] { true, true, false, true, true, false }));
    }

    [Test]
    public void Only_what_was_raised_is_to_be_saved()
    {
        var fences = Seen(7);
        fences.Pass(Long() with { TokenId = Token, Epoch = 7 });
        Assert.That(fences.Raised, Is.Empty);
        fences.Pass(Long() with { TokenId = Token, Epoch = 8 });
        Assert.That(fences.Raised, Is.EqualTo(new[] { Token }));
        fences.Saved();
        Assert.That((fences.Raised.Count, fences.Seen(Token)), Is.EqualTo((0, 8)));
    }

    [Test]
    public void Tokens_do_not_shut_out_each_other_and_hosted_groups_have_none()
    {
        var fences = Seen(7);
        Assert.That(fences.Pass(Long() with { TokenId = Guid.NewGuid(), Epoch = 1 }), Is.Null);
        Assert.That(fences.Pass(Long() with { TokenId = null, Epoch = 0 }), Is.Null);
    }

    private static Fences Seen(long epoch)
    {
        var fences = new Fences();
        fences.Read(Token, epoch);
        return fences;
    }
}
