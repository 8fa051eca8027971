using System.Text.Json;
using NUnit.Framework;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Gateway.Groups;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Tests.Wire.Validation;

public sealed class BodyFieldsTests
{
    [Test]
    public void What_is_not_known_is_refused_with_the_nearest_and_null_is_no_way_to_leave_out()
    {
        var errors = new List<FieldError>();
        using var document = JsonDocument.Parse("""{"margin_usdt":5,"leverage":null,"marginUsdt":7,"reason":null,"zzz":true}""");
        BodyFields.Check(document.RootElement, "", ["margin_usdt", "leverage", "reason"], errors, "reason");
        Assert.That(errors, Is.EqualTo(new FieldError[]
        {
            new("leverage", BodyFields.NotNull, "null"),
            new("marginUsdt", "unknown field, did you mean margin_usdt", "7"),
            new("zzz", "unknown field, one of margin_usdt, leverage, reason", "true"),
        }));
    }

    [Test]
    public void Every_field_of_a_group_can_be_changed_and_a_members_unknown_one_is_named()
    {
        var errors = new List<FieldError>();
        using var document = JsonDocument.Parse(
            """
            {"name":"a","market":"crypto","symbol":"btcusdt","interval":"15m","leverage":10,"margin_usdt":100,"position_mode":"hedge","active":true,"hosted":false,
             "members":[{"name":"m","role":"r","provider":null,"model":"","systemPrompt":"x"}]}
            """);
        var fields = new FieldReader(document.RootElement, "", errors);
        fields.OnlyKnown(BodyShape.FieldsOf<GroupChange>());
        var change = GroupChange.Read(fields, isNew: true);
        Assert.That(errors, Is.EqualTo(new FieldError[] { new("members[0].systemPrompt", "unknown field, did you mean system_prompt", "\"x\"") }));
        Assert.That(change.Symbol, Is.EqualTo("BTCUSDT"));
        Assert.That(BodyShape.FieldsOf<GroupChange>(), Is.EquivalentTo(document.RootElement.EnumerateObject().Select(p => p.Name)));
    }
}
