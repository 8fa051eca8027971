using NUnit.Framework;
using TradingSystem.Execution.Controls;
using TradingSystem.Tests.Time;
using static TradingSystem.Tests.Execution.TestDecisions;

namespace TradingSystem.Tests.Execution.Controls;

[TestFixture]
public sealed class SessionPresenceTests
{
    private static readonly Guid One = Guid.NewGuid();
    private static readonly Guid Two = Guid.NewGuid();
    private static readonly Guid Group = Guid.NewGuid();

    private ManualTime _time = null!;
    private SessionPresence _presence = null!;

    [SetUp]
    public void Start()
    {
        _time = new ManualTime(Now);
        _presence = new SessionPresence(_time);
    }

    [Test]
    public void A_group_is_there_while_any_node_has_a_session_of_it()
    {
        _presence.Put(new(One, true, [Group], []));
        _presence.Put(new(Two, false, [Group], []));
        _presence.Put(new(One, false, [], [Group]));
        Assert.That(_presence.IsThere(Group), Is.True);
        _presence.Put(new(Two, true, [], []));
        Assert.That(_presence.IsThere(Group), Is.False);
    }

    [Test]
    public void A_node_that_says_nothing_has_no_sessions_any_more()
    {
        _presence.Put(new(One, true, [Group], []));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_presence.IsThere(Group), Is.True);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(_presence.IsThere(Group), Is.False);
    }

    [Test]
    public void Nobody_is_known_to_be_silent_before_every_node_could_report()
    {
        Assert.That(_presence.IsKnown, Is.False);
        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.That(_presence.IsKnown, Is.True);
    }
}
