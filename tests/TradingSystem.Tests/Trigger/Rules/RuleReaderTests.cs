using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Indicators;
using TradingSystem.Trigger.Rules;

namespace TradingSystem.Tests.Trigger.Rules;

[TestFixture]
public sealed class RuleReaderTests
{
    private const string Good = """
        {"name":"dip","symbols":["BTCUSDT","ETHUSDT"],"interval":"1m","title":"{{ symbol }} fell to {{ price }}","description":"d","enabled":true,
         "cooldown_s":60,"debounce_s":30,"priority":8,"targets":["*"],"direction":"down","payload":{"note":"{{ rule }}"},
         "when":{"all":[
           {"left":{"indicator":"rsi","parameters":{"period":9}},"op":"lt","right":{"value":30},"for_s":300},
           {"any":[{"left":{"candle":"close"},"op":"falls","by_pct":1.5,"within_s":600},
                   {"left":{"indicator":"macd","output":"histogram"},"op":"crosses_below","right":{"value":-0.5}}]},
           {"any":[{"left":{"candle":"mark_price","ago":1},"op":"moves","by_pct":1,"within_s":60},
                   {"left":{"candle":"funding_rate","times":3},"op":"gt","right":{"value":0.0003},"for_s":600}]},
           {"not":{"left":{"candle":"volume","times":2},"op":"gte","right":{"indicator":"sma","ago":3}}}]}}
        """;

    [Test]
    public void A_rule_is_read_whole_and_kept_as_it_was_written()
    {
        var (rule, faults) = Read(Good);
        var kept = JsonDocument.Parse(RuleJson.Write(rule)).RootElement;

        Assert.That(faults, Is.Empty);
        Assert.That(JsonElement.DeepEquals(kept, JsonDocument.Parse(Good).RootElement), RuleJson.Write(rule));
        Assert.That(RuleJson.Write(RuleJson.Read(RuleJson.Write(rule))), Is.EqualTo(RuleJson.Write(rule)));
    }

    [TestCaseSource(typeof(IndicatorList), nameof(IndicatorList.All))]
    public void Every_indicator_can_be_asked_for_with_each_of_its_outputs_and_parameters(IndicatorDefinition definition)
    {
        foreach (var output in definition.Outputs)
        {
            var parameters = string.Join(',', definition.Parameters.Select(p => $"\"{p.Name}\":{p.Default.ToString(System.Globalization.CultureInfo.InvariantCulture)}"));
            var left = $$$"""{"indicator":"{{{definition.Name}}}","output":"{{{output}}}","parameters":{{{{parameters}}}}}""";

            Assert.That(Read(With("when", $$$"""{"left":{{{left}}},"op":"gt","right":{"value":0}}""")).Faults, Is.Empty, left);
        }
    }

    [TestCase("name", "\"Dip\"", "name", "small letters, digits and _ only, beginning with a letter")]
    [TestCase("name", "null", "name", "a value, or left out")]
    [TestCase("symbols", "[]", "symbols", "1 to 50 items")]
    [TestCase("symbols", "[\"btc\"]", "symbols[0]", "2 to 20 capital letters and digits, or *")]
    [TestCase("symbols", "[\"*\",\"BTCUSDT\"]", "symbols[0]", "* alone, for every symbol")]
    [TestCase("symbols", "[\"BTCUSDT\",\"BTCUSDT\"]", "symbols[1]", "each symbol once")]
    [TestCase("interval", "\"1 minute\"", "interval", "a length such as 1s, 1m, 15m, 1h or 1d")]
    [TestCase("cooldown_s", "-1", "cooldown_s", "decimal 0 to 604800")]
    [TestCase("cooldown_s", "\"NaN\"", "cooldown_s", "decimal 0 to 604800")]
    [TestCase("priority", "11", "priority", "whole number 1 to 10")]
    [TestCase("direction", "\"sideways\"", "direction", "one of up, down")]
    [TestCase("targets", "[]", "targets", "1 to 64 items")]
    [TestCase("title", "\"{{ symbol \"", "title", "Liquid: ")]
    [TestCase("title", "\"\"", "title", "1 to 500 characters")]
    [TestCase("title", "\"{% for c in clauses %}x{% endfor %}\"", "title", "Liquid: Unknown tag 'for'")]
    [TestCase("payload", "{\"price\":\"1\"}", "payload.price", "a name that an event's payload does not have already")]
    [TestCase("payload", "{\"Note\":\"1\"}", "payload.Note", "a name of small letters, digits and _, beginning with a letter")]
    [TestCase("payload", "{\"note\":1}", "payload.note", "string")]
    [TestCase("when", "null", "when", "a value, or left out")]
    [TestCase("when", "{}", "when", "exactly one of all, any, not, left")]
    [TestCase("when", "{\"all\":[],\"any\":[]}", "when", "exactly one of all, any, not, left")]
    [TestCase("when", "{\"all\":[]}", "when.all", "at least one condition")]
    [TestCase("when", "{\"alll\":[]}", "when.alll", "unknown field, did you mean all")]
    [TestCase("when", "{\"all\":[{\"not\":{\"left\":{\"candle\":\"close\"},\"op\":\"gt\"}}]}", "when.all[0].not.right", "required with gt")]
    [TestCase("when", "{\"left\":{\"candle\":\"close\"},\"op\":\"above\",\"right\":{\"value\":1}}", "when.op", "one of gt, gte, ")]
    [TestCase("when", "{\"left\":{\"candle\":\"close\"},\"op\":\"gt\",\"right\":{\"value\":\"much\"}}", "when.right.value", "decimal ")]
    [TestCase("when", "{\"left\":{\"candle\":\"close\"},\"op\":\"gt\",\"right\":{\"value\":1},\"by_pct\":1}", "when.by_pct", "not with gt")]
    [TestCase("when", "{\"left\":{\"candle\":\"close\"},\"op\":\"rises\",\"within_s\":60}", "when.by_pct", "required with rises")]
    [TestCase("when", "{\"left\":{\"candle\":\"close\"},\"op\":\"rises\",\"by_pct\":0,\"within_s\":60}", "when.by_pct", "above 0")]
    [TestCase("when", "{\"left\":{\"indicator\":\"sma\"},\"op\":\"rises\",\"by_pct\":1,\"within_s\":60}", "when.left", "a field of the candle for rises")]
    [TestCase("when", "{\"left\":{\"candle\":\"funding_rate\"},\"op\":\"moves\",\"by_pct\":1,\"within_s\":60}", "when.left.candle", "a price or the volume for moves")]
    [TestCase("when", "{\"left\":{\"candle\":\"close\"},\"op\":\"crosses\",\"right\":{\"value\":1},\"for_s\":60}", "when.for_s", "not with crosses")]
    [TestCase("when", "{\"left\":{\"candle\":\"last\"},\"op\":\"gt\",\"right\":{\"value\":1}}", "when.left.candle", "one of open, ")]
    [TestCase("when", "{\"left\":{\"candle\":\"close\",\"value\":1},\"op\":\"gt\",\"right\":{\"value\":1}}", "when.left", "exactly one of value, candle, indicator")]
    [TestCase("when", "{\"left\":{\"indicator\":\"rsi\",\"output\":\"k\"},\"op\":\"gt\",\"right\":{\"value\":1}}", "when.left.output", "one of value")]
    [TestCase("when", "{\"left\":{\"indicator\":\"rsi\",\"parameters\":{\"perod\":1}},\"op\":\"gt\",\"right\":{\"value\":1}}", "when.left.parameters.perod", "unknown field, did you mean period")]
    [TestCase("when", "{\"left\":{\"indicator\":\"rsi\",\"parameters\":{\"period\":0}},\"op\":\"gt\",\"right\":{\"value\":1}}", "when.left.parameters.period", "whole number 1 to 1000")]
    [TestCase("when", "{\"left\":{\"indicator\":\"macd\",\"parameters\":{\"fast\":30}},\"op\":\"gt\",\"right\":{\"value\":1}}", "when.left.parameters", "macd: fast must be less than slow, got 30 and 26")]
    public void What_breaks_a_rule_is_named_by_its_field(string field, string value, string path, string rule)
    {
        var faults = Read(With(field, value)).Faults;

        Assert.That(faults.Select(f => f.Path), Does.Contain(path), string.Join("; ", faults));
        Assert.That(faults.First(f => f.Path == path).Rule, Does.StartWith(rule));
    }

    [Test]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var faults = Read("""{"name":"x","symbols":["?"],"when":{"left":{"candle":"c"},"op":"gt","right":{}},"title":"t","priority":99}""").Faults;

        Assert.That(faults.Select(f => f.Path), Is.EquivalentTo(new[] { "symbols[0]", "when.left.candle", "when.right", "priority" }));
    }

    [Test]
    public void A_rule_has_its_bounds_in_number_and_depth_of_conditions()
    {
        const string leaf = """{"left":{"candle":"close"},"op":"gt","right":{"value":1}}""";
        string Nested(int depth) => depth == 1 ? leaf : $$$"""{"not":{{{Nested(depth - 1)}}}}""";
        string Many(int count) => $$"""{"all":[{{string.Join(',', Enumerable.Repeat(leaf, count))}}]}""";

        Assert.That(Read(With("when", Nested(8))).Faults, Is.Empty);
        Assert.That(Read(With("when", Nested(9))).Faults.Single().Rule, Is.EqualTo("at most 8 conditions within each other"));
        Assert.That(Read(With("when", Many(21))).Faults.Single().Rule, Is.EqualTo("at most 20 items"));
        var most = $$"""{"all":[{{Many(20)}},{{Many(20)}},{{Many(6)}}]}""";
        var more = $$"""{"all":[{{Many(20)}},{{Many(20)}},{{Many(7)}}]}""";
        Assert.That(Read(With("when", most)).Faults, Is.Empty);
        Assert.That(Read(With("when", more)).Faults.Single().Rule, Is.EqualTo("at most 50 conditions in a rule"));
    }

    private static string With(string field, string value)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(Good)!.AsObject();
        json[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        return json.ToJsonString();
    }

    private static (RuleDocument Rule, List<FieldError> Faults) Read(string json)
    {
        var faults = new List<FieldError>();
        return (RuleReader.Read(new FieldReader(JsonDocument.Parse(json).RootElement, "", faults)), faults);
    }
}
