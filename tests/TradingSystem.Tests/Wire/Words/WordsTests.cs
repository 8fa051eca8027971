using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Documents;
using TradingSystem.Tests.Wire.Documents;

namespace TradingSystem.Tests.Wire.Words;

/// <summary>Reasons, statuses and actions have one home. A reason is typed, so a wrong one does not compile; the other words are looked for.</summary>
[TestFixture]
public sealed partial class WordsTests
{
    /// <summary>What an exchange calls things is not ours to name, a migration is what it was, and an example is JSON as a client writes it.</summary>
    private static readonly string[] NotOurs =
    [
        "/Migrations/", "services/execution/Simulation/", "services/venues/", "/obj/", "/bin/", "Documents/ClientExamples.cs",
        "Documents/NumberTable.cs", "Documents/ProtocolProse.cs",
    ];

    /// <summary>Literals that look like a word of the tables and are another thing.</summary>
    private static readonly (string File, string Word, string Why)[] Other =
    [
        ("contracts/wire/ReplyCodes.cs", "accepted", "the message of a reply, which says that an event is durable"),
        ("contracts/wire/ReplyCodes.cs", "OUTCOME_UNKNOWN", "the code of a reply: whether the frame was taken is not known"),
        ("contracts/wire/Documents/ServerReplies.cs", "accepted", "the name of that reply's schema"),
        ("contracts/wire/Documents/MarketPushes.cs", "closed", "a field of a candle"),
        ("contracts/wire/Replies/MarketWriter.cs", "closed", "a field of a candle"),
        ("services/hosting/OpenApi/FieldWords.cs", "filled", "the name of a field"),
        ("services/hosting/Rest/ClientAddress.cs", "unknown", "an address that nobody tells"),
        ("services/hosting/BotTokens/TokenVerdict.cs", "unknown", "a token that there is not"),
        ("services/trading-group/Roles/Briefing.cs", "unknown", "a number that cannot be computed"),
        ("services/hosting/Rest/Roles.cs", "unknown", "an actor without a name"),
        ("contracts/wire/RestCodes.cs", "LIVE_NOT_CONFIRMED", "the code of a REST error, which has the same name as the reason of an order"),
        ("contracts/wire/RestCodes.cs", "POSITION_MODE_MISMATCH", "as above"),
        ("contracts/wire/RestCodes.cs", "MARGIN_MODE_MISMATCH", "as above"),
        ("services/execution/Orders/DeskStates.cs", "unknown", "the state of a request to an exchange, which is not the status of an order"),
        ("services/execution/Orders/DeskStates.cs", "filled", "as above"),
        ("services/execution/Orders/DeskStates.cs", "canceled", "as above"),
        ("services/execution/Orders/DeskStates.cs", "rejected", "as above"),
        ("services/execution/Orders/LegWords.cs", "canceled", "the status of a leg"),
    ];

    /// <summary>Files whose literals in capitals are no reasons.</summary>
    private static readonly (string File, string Why)[] OtherCodes =
    [
        ("contracts/wire/ReplyCodes.cs", "a table of its own"),
        ("contracts/wire/CloseCodes.cs", "a table of its own"),
        ("contracts/wire/Frames/FieldWords.cs", "the code of a log line"),
        ("services/trigger/Schedules/OccurrenceSender.cs", "the code of a log line"),
        ("services/trigger/Storm/StormLogs.cs", "codes of log lines"),
        ("services/trigger/Blackouts/BlackoutLogs.cs", "the code of a log line"),
        ("services/hosting/Telemetry.cs", "settings"),
        ("services/hosting/Rest/EdgeOptions.cs", "settings"),
        ("services/trigger/TriggerOptions.cs", "settings"),
        ("contracts/wire/RestCodes.cs", "a table of its own"),
        ("services/trigger/Hooks/HookWords.cs", "codes of log lines"),
        ("services/execution/Limits/Refusals.cs", "OWN_LIMIT, what a venue's caller says of itself"),
    ];

    [Test]
    public void No_word_of_the_tables_is_written_a_second_time()
    {
        string[] words = [.. OrderStatus.All, .. ActionWords.Written, .. PositionWords.All, TradingStates.Reducing, TradingStates.Halted, .. ReasonCodes.All.Select(r => r.Word)];
        var found = Literals().Where(l => words.Contains(l.Text)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(found.Where(l => !Other.Any(o => o.File == l.File && o.Word == l.Text)), Is.Empty, "take the constant of contracts/wire/Words");
            Assert.That(Other.Where(o => !found.Contains((o.File, o.Word))).Select(o => $"{o.File} {o.Word}"), Is.Empty, "no exception outlives what it excepts");
        });
    }

    [Test]
    public void What_looks_like_a_code_is_one_of_a_table()
    {
        var found = Literals().Where(l => Code().IsMatch(l.Text)).Distinct().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(found.Where(l => OtherCodes.All(o => o.File != l.File)), Is.Empty, "a reason belongs into contracts/wire/Words/ReasonCodes.cs");
            Assert.That(OtherCodes.Where(o => found.All(l => l.File != o.File)).Select(o => o.File), Is.Empty, "no exception outlives what it excepts");
        });
    }

    [Test]
    public void A_reason_travels_as_its_word_and_one_of_a_newer_service_stays_what_it_is()
    {
        var reason = new RejectionReason(ReasonCodes.Blackout, "13:00", null, null, "not now");
        var updates = new OrderUpdates([Rejected(reason)]);
        var json = JsonSerializer.Serialize(updates, BusJson.Default.OrderUpdates);
        var read = JsonSerializer.Deserialize(json, BusJson.Default.OrderUpdates)!.Items[0].Reason;
        var newer = JsonSerializer.Deserialize(json.Replace("BLACKOUT", "FULL_MOON", StringComparison.Ordinal), BusJson.Default.OrderUpdates)!.Items[0].Reason;
        Assert.Multiple(() =>
        {
            Assert.That(json, Does.Contain("\"code\":\"BLACKOUT\""));
            Assert.That(read, Is.EqualTo(reason));
            Assert.That((newer!.Code.Word, newer.Code == ReasonCodes.Blackout), Is.EqualTo(("FULL_MOON", false)));
        });
    }

    [Test]
    public void Every_action_has_one_word_in_both_directions() =>
        Assert.That(Enum.GetValues<TradeAction>().Select(a => TradeActions.Of(a.Word())), Is.EqualTo(Enum.GetValues<TradeAction>()));

    [Test]
    public void The_page_has_the_words_of_the_wire() => Snapshot.Match(SdkCodes.PageFile, SdkCodes.Page());

    private static OrderUpdate Rejected(RejectionReason reason) => new()
    {
        Id = Guid.NewGuid(),
        OrderId = Guid.NewGuid(),
        DecisionId = Guid.NewGuid(),
        GroupId = Guid.NewGuid(),
        GroupName = "g",
        AccountId = Guid.NewGuid(),
        Mode = Modes.Simulated,
        Status = OrderStatus.Rejected,
        Terminal = true,
        Symbol = "BTCUSDT",
        Reason = reason,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static IEnumerable<(string File, string Text)> Literals() =>
        from folder in new[] { "services", "contracts/bus", "contracts/wire" }
        from path in Directory.EnumerateFiles(Path.Combine(Snapshot.Root, folder), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Snapshot.Root, path).Replace('\\', '/')
        where !NotOurs.Any(o => file.Contains(o, StringComparison.Ordinal)) && !file.StartsWith("contracts/wire/Words/", StringComparison.Ordinal)
        from line in File.ReadLines(path)
        where !line.TrimStart().StartsWith("///", StringComparison.Ordinal)
        from Match match in Literal().Matches(line)
        select (file, match.Groups[1].Value);

    [GeneratedRegex("\"([A-Za-z0-9_]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
    private static partial Regex Code();
}
