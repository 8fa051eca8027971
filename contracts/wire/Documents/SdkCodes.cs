using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>The tables of codes as source text of each SDK, so that no SDK has a list of its own.</summary>
public static class SdkCodes
{
    public const string PythonFile = "contracts/clients/python/trading_codes.py";
    public const string TypeScriptFile = "contracts/clients/typescript/src/codes.ts";
    public const string DotnetFile = "contracts/clients/dotnet/Codes.cs";

    private const string Origin = "Written by the contract tests from contracts/wire (UPDATE_SNAPSHOTS=1); changes belong there.";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A close without a reason is told by its code alone; one reason may have two meanings, of which the first is the common one.</summary>
    private static IEnumerable<CloseReason> Closes => CloseCodes.All.Where(c => c.Reason.Length > 0).DistinctBy(c => c.Reason);

    /// <summary>A code that is sometimes retryable says so in each reply; the table has the safe answer.</summary>
    private static IEnumerable<ReplyCode> Replies =>
        ReplyCodes.All.GroupBy(c => c.Code).Select(same => same.OrderBy(c => c.Retryable).First());

    public static string Python()
    {
        var text = new StringBuilder($"\"\"\"{Origin}\"\"\"\n\n# reason of a close -> what it means\nCLOSE = {{\n");
        foreach (var close in Closes)
        {
            text.Append($"    {Quote(close.Reason)}: {{\"code\": {close.Code}, \"reconnect\": {PythonBool(close.Reconnect)}, \"meaning\": {Quote(close.Meaning)}}},\n");
        }

        text.Append("}\n\n# code of a refusal -> what it means; retryable is the safe answer, the reply's own goes before it\nREPLY = {\n");
        foreach (var reply in Replies)
        {
            text.Append($"    {Quote(reply.Code)}: {{\"message\": {Quote(reply.Message)}, \"retryable\": {PythonBool(reply.Retryable)}, \"meaning\": {Quote(reply.Meaning)}}},\n");
        }

        return text.Append("}\n\n")
            .Append($"FEATURES = ({List(Features.All)})\n")
            .Append($"ORDER_STATUSES = ({List(OrderStatuses.All)})\n")
            .ToString();
    }

    public static string TypeScript()
    {
        var text = new StringBuilder($"// {Origin}\n\n/** Reason of a close, and what it means. */\n");
        text.Append("export const CLOSE: Record<string, { code: number; reconnect: boolean; meaning: string }> = {\n");
        foreach (var close in Closes)
        {
            text.Append($"  {close.Reason}: {{ code: {close.Code}, reconnect: {Json(close.Reconnect)}, meaning: {Quote(close.Meaning)} }},\n");
        }

        text.Append("};\n\n/** Code of a refusal; `retryable` is the safe answer, the reply's own goes before it. */\n");
        text.Append("export const REPLY: Record<string, { message: string; retryable: boolean; meaning: string }> = {\n");
        foreach (var reply in Replies)
        {
            text.Append($"  {reply.Code}: {{ message: {Quote(reply.Message)}, retryable: {Json(reply.Retryable)}, meaning: {Quote(reply.Meaning)} }},\n");
        }

        return text.Append("};\n\n")
            .Append($"export const FEATURES = [{List(Features.All)}] as const;\nexport type Feature = (typeof FEATURES)[number];\n\n")
            .Append($"export const ORDER_STATUSES = [\n{Lines(OrderStatuses.All, 2)}] as const;\nexport type OrderStatus = (typeof ORDER_STATUSES)[number];\n")
            .ToString();
    }

    public static string Dotnet()
    {
        var text = new StringBuilder($"// {Origin}\nnamespace TradingSystem.Client;\n\n");
        text.Append("/// <summary>What a close means, and whether connecting again can help.</summary>\npublic sealed record CloseCode(int Code, bool Reconnect, string Meaning);\n\n");
        text.Append("/// <summary>What a refusal means. <c>Retryable</c> is the safe answer; the reply's own goes before it.</summary>\npublic sealed record RefusalCode(string Message, bool Retryable, string Meaning);\n\n");
        text.Append("public static class Codes\n{\n    /// <summary>By the reason in the close frame.</summary>\n");
        text.Append("    public static readonly IReadOnlyDictionary<string, CloseCode> Close = new Dictionary<string, CloseCode>\n    {\n");
        foreach (var close in Closes)
        {
            text.Append($"        [{Quote(close.Reason)}] = new({close.Code}, {Json(close.Reconnect)}, {Quote(close.Meaning)}),\n");
        }

        text.Append("    };\n\n    /// <summary>By the <c>code</c> of the reply.</summary>\n");
        text.Append("    public static readonly IReadOnlyDictionary<string, RefusalCode> Reply = new Dictionary<string, RefusalCode>\n    {\n");
        foreach (var reply in Replies)
        {
            text.Append($"        [{Quote(reply.Code)}] = new({Quote(reply.Message)}, {Json(reply.Retryable)}, {Quote(reply.Meaning)}),\n");
        }

        return text.Append("    };\n\n")
            .Append($"    public static readonly IReadOnlyList<string> Features = [{List(Features.All)}];\n\n")
            .Append($"    public static readonly IReadOnlyList<string> OrderStatuses =\n    [\n{Lines(OrderStatuses.All, 8)}    ];\n}}\n")
            .ToString();
    }

    private static string List(IEnumerable<string> texts) => string.Join(", ", texts.Select(Quote));

    private static string Lines(IEnumerable<string> texts, int indent) => string.Concat(texts.Select(t => $"{new string(' ', indent)}{Quote(t)},\n"));

    private static string Quote(string text) => JsonSerializer.Serialize(text, Plain);

    private static string Json(bool value) => value ? "true" : "false";

    private static string PythonBool(bool value) => value ? "True" : "False";
}
