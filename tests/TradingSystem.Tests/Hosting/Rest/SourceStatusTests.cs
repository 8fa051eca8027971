using NUnit.Framework;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Tests.Hosting.Rest;

[TestFixture]
public sealed class SourceStatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset?[] Heard =
        [null, DateTimeOffset.MinValue, Now.AddHours(-1), Now - SourceStatus.Recent - TimeSpan.FromTicks(1), Now - SourceStatus.Recent, Now.AddSeconds(-1), Now, Now.AddMinutes(1)];

    private static IEnumerable<(bool IsOn, bool IsThere, DateTimeOffset? HeardAt)> Combinations() =>
        from isOn in new[] { true, false }
        from isThere in new[] { true, false }
        from heardAt in Heard
        select (isOn, isThere, heardAt);

    [Test]
    public void Of_everything_that_can_be_known_exactly_one_status_holds()
    {
        foreach (var (isOn, isThere, heardAt) in Combinations())
        {
            var isRecent = heardAt >= Now.AddMinutes(-5);
            var holds = new Dictionary<string, bool>
            {
                [SourceStatus.Online] = isOn && isRecent,
                [SourceStatus.Quiet] = isOn && isThere && !isRecent,
                [SourceStatus.Offline] = !isOn || (!isThere && !isRecent),
            };

            Assert.That(
                holds.Where(h => h.Value).Select(h => h.Key), Is.EqualTo(new[] { SourceStatus.Of(isOn, isThere, heardAt, Now) }), $"{isOn} {isThere} {heardAt}");
        }

        Assert.That(Combinations().Select(c => SourceStatus.Of(c.IsOn, c.IsThere, c.HeardAt, Now)).Distinct(), Is.EquivalentTo(SourceStatus.All));
    }

    [Test]
    public void Time_that_passes_never_brings_one_back()
    {
        foreach (var (isOn, isThere, heardAt) in Combinations())
        {
            string[] order = [.. SourceStatus.All];
            var passed = Enumerable.Range(0, 20).Select(minute => Array.IndexOf(order, SourceStatus.Of(isOn, isThere, heardAt, Now.AddMinutes(minute)))).ToList();
            Assert.That(passed, Is.Ordered, $"{isOn} {isThere} {heardAt}");
        }
    }
}
