using System.Text;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>PROTOCOL.md: prose around tables and examples that come from the same descriptions as the schemas.</summary>
public static class ProtocolDocument
{
    public const string File = "contracts/PROTOCOL.md";

    public static string Write()
    {
        var text = new StringBuilder();
        text.Append(ProtocolProse.Beginning);
        text.Append(ProtocolProse.Sending);
        Frames(text, Dialect.Type, fromClient: true);
        text.Append(ProtocolProse.Unknown);
        text.Append(ProtocolProse.Numbers);
        Numbers(text, Dialect.Type);
        text.Append(ProtocolProse.Receiving);
        Frames(text, Dialect.Type, fromClient: false);
        text.Append(ProtocolProse.Refusals);
        Refusals(text);
        text.Append(ProtocolProse.Words);
        Words(text);
        text.Append(ProtocolProse.Reasons);
        Reasons(text);
        text.Append(ProtocolProse.Resume);
        text.Append(ProtocolProse.Session());
        text.Append(ProtocolProse.Market);
        text.Append(ProtocolProse.Closing);
        Closes(text);
        text.Append(ProtocolProse.NewerDialect);
        text.Append("\n### Client to server\n");
        Frames(text, Dialect.Kind, fromClient: true);
        text.Append("\n#### Numbers of a decision\n\n");
        Numbers(text, Dialect.Kind);
        text.Append(ProtocolProse.KindServer);
        Frames(text, FrameCatalog.All.Where(s => s.Name == ServerPushes.SignalName));
        text.Append(ProtocolProse.Machines);
        return text.ToString();
    }

    private static void Frames(StringBuilder text, Dialect dialect, bool fromClient) => Frames(text, FrameCatalog.Of(dialect, fromClient));

    private static void Frames(StringBuilder text, IEnumerable<FrameShape> shapes)
    {
        foreach (var shape in shapes)
        {
            text.Append($"\n#### {shape.Title}\n\n{shape.Summary} Schema: `{JsonSchemas.Folder}{shape.Name}.json`\n");
            text.Append($"\n```json\n{ReadableJson.Format(shape.ExampleTexts.First())}\n```\n\n");
            text.Append(shape.FromClient ? "| field | holds | required | meaning |\n|---|---|---|---|\n" : "| field | holds | meaning |\n|---|---|---|\n");
            Rows(text, shape.Fields, "", shape.FromClient);
        }
    }

    private static void Rows(StringBuilder text, IReadOnlyList<Field> fields, string parent, bool fromClient)
    {
        foreach (var field in fields.Where(f => f.Value != Value.Nothing))
        {
            var sometimes = !fromClient && !field.Required ? " May be absent." : "";
            text.Append($"| `{parent}{field.Name}` | {field.Value.Words} | {(fromClient ? field.Required ? "yes | " : " | " : "")}{(field.Meaning + sometimes).TrimStart()} |\n");
            if (field.Value.Fields is { } inner)
            {
                Rows(text, inner, parent + field.Name + (field.Value.IsList ? "[]." : "."), fromClient);
            }
        }
    }

    private static void Numbers(StringBuilder text, Dialect dialect)
    {
        text.Append($"| field | {string.Join(" | ", NumberTable.Columns.Select(c => c.Name))} |\n|---|{string.Concat(Enumerable.Repeat("---|", NumberTable.Columns.Count))}\n");
        foreach (var row in NumberTable.Rows.Where(r => r.Dialect == dialect))
        {
            text.Append($"| {row.Title} | {string.Join(" | ", row.Outcomes.Select(o => o.Words))} |\n");
        }
    }

    private static void Refusals(StringBuilder text)
    {
        text.Append("\n| message | code | retryable | meaning |\n|---|---|---|---|\n");
        foreach (var code in ReplyCodes.All)
        {
            text.Append($"| `{code.Message}` | `{code.Code}` | {(code.Retryable ? "yes" : "no")} | {code.Meaning} |\n");
        }
    }

    private static void Words(StringBuilder text)
    {
        text.Append("\n| status | meaning |\n|---|---|\n");
        foreach (var step in OrderStatus.Table.Where(s => s.Told))
        {
            text.Append($"| `{step.Word}` | {step.Meaning} |\n");
        }

        text.Append("\n| action | meaning |\n|---|---|\n");
        foreach (var action in ActionWords.Table)
        {
            text.Append($"| `{action.Word}` | {action.Meaning} |\n");
        }
    }

    private static void Reasons(StringBuilder text)
    {
        text.Append("\n| code | another | meaning |\n|---|---|---|\n");
        foreach (var reason in ReasonCodes.All)
        {
            text.Append($"| `{reason.Word}` | {SdkCodes.Text(reason.Another)} | {reason.Meaning} |\n");
        }
    }

    private static void Closes(StringBuilder text)
    {
        text.Append("\n| code | reason | connect again | meaning |\n|---|---|---|---|\n");
        foreach (var close in CloseCodes.All)
        {
            text.Append($"| {close.Code} | {(close.Reason.Length == 0 ? "" : $"`{close.Reason}`")} | {(close.Reconnect ? "yes" : "no")} | {close.Meaning} |\n");
        }
    }
}
