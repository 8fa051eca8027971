using System.Text;
using NUnit.Framework;
using TradingSystem.Execution.Accounts;

namespace TradingSystem.Tests.Execution.Accounts;

[TestFixture]
public sealed class LiveCodeTests
{
    private static readonly DateTimeOffset Now = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_code_is_kept_as_its_hash_and_matches_only_itself()
    {
        var (row, code) = LiveCode.Create(Guid.NewGuid(), "admin", Now);
        var (_, other) = LiveCode.Create(row.AccountId, "admin", Now);
        Assert.Multiple(() =>
        {
            Assert.That(code, Has.Length.EqualTo(16));
            Assert.That(row.Matches(code), Is.True);
            Assert.That(new[] { other, code.ToLowerInvariant(), code + " ", "" }, Has.None.Matches<string>(row.Matches));
            Assert.That(Encoding.ASCII.GetString(row.CodeHash), Does.Not.Contain(code));
        });
    }

    [TestCase(-1, false)]
    [TestCase(0, true)]
    [TestCase(1, true)]
    public void A_code_is_over_at_its_tenth_minute(int ticks, bool over)
    {
        var (row, _) = LiveCode.Create(Guid.NewGuid(), "admin", Now);
        Assert.That(row.IsOver(Now.AddMinutes(10).AddTicks(ticks)), Is.EqualTo(over));
    }

    [TestCase(4, false)]
    [TestCase(5, true)]
    public void A_code_is_over_after_five_tries(int attempts, bool over)
    {
        var (row, _) = LiveCode.Create(Guid.NewGuid(), "admin", Now);
        row.Attempts = attempts;
        Assert.That(row.IsOver(Now), Is.EqualTo(over));
    }
}
