using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using TradingSystem.Trigger;

namespace TradingSystem.Tests.Trigger.Hooks;

[TestFixture]
public sealed class HookOptionsTests
{
    [Test]
    public void Senders_who_give_up_after_three_seconds_have_their_answer_where_nothing_is_set()
    {
        var hooks = Read().Hooks;
        Assert.That((hooks.Repetition, hooks.KeepDeadline + hooks.SendDeadline), Is.EqualTo((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2.5))));
    }

    [TestCase("Repetition", "00:00:00")]
    [TestCase("Repetition", "01:00:01")]
    [TestCase("KeepDeadline", "00:00:00")]
    [TestCase("KeepDeadline", "00:01:01")]
    [TestCase("SendDeadline", "-00:00:01")]
    [TestCase("SendDeadline", "00:01:01")]
    public void A_value_out_of_bounds_is_refused_by_its_name(string name, string value) =>
        Assert.That(() => Read(($"Trigger:Hooks:{name}", value)), Throws.InvalidOperationException.With.Message.Contains($"Trigger:Hooks:{name}"));

    private static TriggerOptions Read(params (string Name, string Value)[] settings) =>
        TriggerOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build());
}
