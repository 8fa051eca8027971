using System.Reflection;
using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Contracts.Wire.Frames;
using TradingSystem.Dashboard.Live;
using TradingSystem.Diary.Queries;
using TradingSystem.Diary.Storage;
using TradingSystem.Gateway.Events;
using Stored = TradingSystem.Diary.Storage.Signal;

namespace TradingSystem.Tests.Wire;

/// <summary>What a group writes into a decision, on its way to the bus, the diary's list and the page.</summary>
[TestFixture]
public sealed class DecisionFieldsTests
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly GroupConfig Group = new(Guid.NewGuid(), "g", "crypto", "BTCUSDT", "15m", 7m, 100m, "oneway", true, false, [], 1);

    [Test]
    public void Every_field_of_a_signal_arrives_and_stands_in_an_example()
    {
        var fields = typeof(TradeSignal).GetProperties();
        var shown = new HashSet<PropertyInfo>();
        foreach (var frame in Examples())
        {
            var decision = Mapping.Decision(new(Guid.NewGuid(), "group", Group.Id, 1), Group, frame, DateTimeOffset.UnixEpoch);
            var stored = JsonSerializer.Serialize(Stored.Of(decision), Json);
            var row = new EventRow { EventType = EventTypes.PostTrade, SourceId = "g", Targets = "[]", Title = "", Payload = "", Tags = "[]", Signal = stored };
            foreach (var field in fields.Where(f => f.GetValue(frame.Signal) is not (null or 0m)))
            {
                shown.Add(field);
                foreach (var told in new object[] { decision, Items.Item(row), decision.ToLive() })
                {
                    var value = told.GetType().GetProperty(field.Name)?.GetValue(told);
                    value = value is TradeAction action ? action.Word() : value;
                    Assert.That(value, Is.EqualTo(field.GetValue(frame.Signal)), $"{field.Name} of {told.GetType().Name}");
                }
            }
        }

        Assert.That(fields.Except(shown).Select(f => f.Name), Is.Empty, "fields that no example in ClientExamples has");
    }

    private static IEnumerable<EventFrame> Examples() =>
        FrameCatalog.All.Where(s => s.Name is "type-client-post-trade" or "kind-client-decision")
            .SelectMany(s => s.Examples.Select(e => (EventFrame)FrameParser.Parse(e, s.Dialect).Frame!));
}
