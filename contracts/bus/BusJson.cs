using System.Text.Json.Serialization;

namespace TradingSystem.Contracts.Bus;

/// <summary>How messages are written and read, made at compile time. What is null is left out; a field that is not there is null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImmediateEvents))]
[JsonSerializable(typeof(SystemLogs))]
[JsonSerializable(typeof(DiscussionLogs))]
[JsonSerializable(typeof(TradeDecisions))]
[JsonSerializable(typeof(OrderUpdates))]
[JsonSerializable(typeof(EquitySnapshots))]
[JsonSerializable(typeof(GroupsChanged))]
[JsonSerializable(typeof(GroupAccounts))]
[JsonSerializable(typeof(PriceTicks))]
[JsonSerializable(typeof(Candles))]
[JsonSerializable(typeof(CandleWindows))]
[JsonSerializable(typeof(MarketStatus))]
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(SessionProbe))]
[JsonSerializable(typeof(SessionProbed))]
[JsonSerializable(typeof(ControlStates))]
[JsonSerializable(typeof(FenceTokens))]
[JsonSerializable(typeof(TokensFenced))]
[JsonSerializable(typeof(GroupSteerings))]
[JsonSerializable(typeof(DecisionQuestion))]
[JsonSerializable(typeof(DecisionAnswer))]
[JsonSerializable(typeof(CandlesQuestion))]
[JsonSerializable(typeof(CandlesAnswer))]
[JsonSerializable(typeof(ScheduleChanges))]
[JsonSerializable(typeof(TriggersSwitched))]
[JsonSerializable(typeof(EntryHoldLists))]
public sealed partial class BusJson : JsonSerializerContext;
