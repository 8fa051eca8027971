using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Feeds;

namespace TradingSystem.Tests.Gateway.Feeds;

[TestFixture]
public sealed class AcceptedKeysTests
{
    private static readonly Guid Owner = new("11111111-2222-3333-4444-555555555555");

    [TestCase("clockwork", true)]
    [TestCase("rule", true)]
    [TestCase("rule:ema_cross:BTCUSDT", false)]
    public void An_id_that_is_made_of_a_clients_key_is_learnt_and_that_of_a_rules_event_is_not(string source, bool isLearnt)
    {
        var keys = new AcceptedKeys();
        var item = Event(NameBasedGuid.Create(Owner, "key"), source);

        keys.Learn(item);

        Assert.That(keys.Find(item.Id, AcceptedKeys.Body(item)) is not null, Is.EqualTo(isLearnt));
    }

    [Test]
    public void What_services_make_says_that_no_key_is_behind_it_and_is_the_same_for_ever()
    {
        var keys = new AcceptedKeys();
        var item = Event(NameBasedGuid.CreateOwn(Owner, "key"), "clockwork");

        keys.Learn(item);

        Assert.That(keys.Find(item.Id, AcceptedKeys.Body(item)), Is.Null);
        Assert.That((item.Id.Version, item.Id), Is.EqualTo((8, NameBasedGuid.CreateOwn(Owner, "key"))));
        Assert.That(NameBasedGuid.CreateOwn(Owner, "other"), Is.Not.EqualTo(item.Id));
    }

    private static ImmediateEvent Event(Guid id, string source) => new(id, source, 5, ["*"], "title", "{}", [], null, null, default, null);
}
