using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Gateway.Triggers;

namespace TradingSystem.Tests.Gateway.Triggers;

[TestFixture]
public sealed class TriggerSignsTests
{
    private const string Secret = "tr_9fXk2LmQ7vBz4RtYpWsNc1HdJgUaEo8iKlMnOpQrStU";
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Of_two_that_know_something_the_later_counts_in_each_of_its_parts_whoever_is_asked_first()
    {
        DateTimeOffset?[] times = [null, Midnight, Midnight.AddSeconds(1)];
        var all = (
            from seen in times
            from frame in times
            from raised in times
            from refused in times
            select Signs(seen, frame, raised, refused)).ToList();
        foreach (var (one, other) in from one in all from other in all select (one, other))
        {
            var latest = one.Or(other);
            Assert.That(
                latest,
                Is.EqualTo(Signs(
                    Later(one.SeenAt, other.SeenAt), Later(one.FrameAt, other.FrameAt), Later(one.Event?.At, other.Event?.At), Later(one.Error?.At, other.Error?.At))));
            Assert.That(latest, Is.EqualTo(other.Or(one)));
        }
    }

    [Test]
    public void A_refusal_tells_the_fields_and_their_rules_and_how_many_more_there_are()
    {
        var errors = Enumerable.Range(1, 5).Select(n => new FieldError($"payload.f{n}", $"rule {n}", "got")).ToList();

        Assert.That(TriggerError.Of("CODE", errors[..2], Midnight), Is.EqualTo(new TriggerError("CODE", "payload.f1: rule 1; payload.f2: rule 2", Midnight)));
        Assert.That(TriggerError.Of("CODE", errors, Midnight).Message, Is.EqualTo("payload.f1: rule 1; payload.f2: rule 2; payload.f3: rule 3; 2 more"));
        Assert.That(TriggerError.Of("CODE", [new("$", "slower", "")], Midnight).Message, Is.EqualTo("slower"));
    }

    [TestCase("targets", Secret)]
    [TestCase(Secret, "x")]
    [TestCase("payload." + Secret, "x")]
    [TestCase("line\nbreak", "x")]
    public void A_refusal_tells_nothing_of_what_was_sent(string path, string got)
    {
        var told = TriggerError.Of("validation_error", [new(path, "unknown field", got)], Midnight).Message;

        Assert.That(told, Is.EqualTo(path == "targets" ? "targets: unknown field" : "…: unknown field"));
    }

    [Test]
    public void A_refusal_is_short()
    {
        var told = TriggerError.Of("c", [.. Enumerable.Range(0, 20).Select(n => new FieldError($"f{n}", new string('r', 200), "g"))], Midnight).Message;

        Assert.That((told.Length, told[^1]), Is.EqualTo((300, '…')));
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static TriggerSigns Signs(DateTimeOffset? seen, DateTimeOffset? frame, DateTimeOffset? raised, DateTimeOffset? refused) => new(
        seen, frame, raised is { } at ? new(Guid.Empty, "t", at) : null, refused is { } when ? new("c", "m", when) : null);
}
