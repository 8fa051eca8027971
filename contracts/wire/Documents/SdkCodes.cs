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
    public const string PageFile = "services/dashboard/web/src/api/words.ts";

    private const string AnotherWords = "now, changed (one that asks for something else), later, person (once a person has changed something), none (none is needed)";

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

        text.Append("}\n\n# reason of an order update -> what it means, and whether another decision can succeed:\n");
        text.Append($"# {AnotherWords}\nREASON = {{\n");
        foreach (var reason in ReasonCodes.All)
        {
            text.Append($"    {Quote(reason.Word)}: {{\"another\": {Quote(Text(reason.Another))}, \"meaning\": {Quote(reason.Meaning)}}},\n");
        }

        return text.Append("}\n\n")
            .Append($"FEATURES = ({List(Features.All)})\n")
            .Append($"ORDER_STATUSES = ({List(OrderStatus.Told)})\n")
            .Append($"ACTIONS = ({List(ActionWords.All)})\n")
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

        text.Append($"}};\n\n/** Reason of an order update; `another` says whether another decision can succeed: {AnotherWords}. */\n");
        Reasons(text, ";");
        return text.Append("};\n\n")
            .Append($"export const FEATURES = [{List(Features.All)}] as const;\nexport type Feature = (typeof FEATURES)[number];\n\n")
            .Append($"export const ORDER_STATUSES = [\n{Lines(OrderStatus.Told, 2)}] as const;\nexport type OrderStatus = (typeof ORDER_STATUSES)[number];\n\n")
            .Append($"export const ACTIONS = [{List(ActionWords.All)}] as const;\nexport type Action = (typeof ACTIONS)[number];\n")
            .ToString();
    }

    public static string Dotnet()
    {
        var text = new StringBuilder($"// {Origin}\nnamespace TradingSystem.Client;\n\n");
        text.Append(
            "/// <summary>What a close means, and whether connecting again can help.</summary>\npublic sealed record CloseCode(int Code, bool Reconnect, string Meaning);\n\n");
        text.Append(
            "/// <summary>What a refusal means. <c>Retryable</c> is the safe answer; the reply's own goes before it.</summary>\npublic sealed record RefusalCode(string Message, bool Retryable, string Meaning);\n\n");
        text.Append($"/// <summary>What the reason of an order update means, and whether another decision can succeed: {AnotherWords}.</summary>\n");
        text.Append("public sealed record ReasonMeaning(string Another, string Meaning);\n\n");
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

        text.Append("    };\n\n    /// <summary>By the <c>code</c> of an order update's reason.</summary>\n");
        text.Append("    public static readonly IReadOnlyDictionary<string, ReasonMeaning> Reason = new Dictionary<string, ReasonMeaning>\n    {\n");
        foreach (var reason in ReasonCodes.All)
        {
            text.Append($"        [{Quote(reason.Word)}] = new({Quote(Text(reason.Another))}, {Quote(reason.Meaning)}),\n");
        }

        return text.Append("    };\n\n")
            .Append($"    public static readonly IReadOnlyList<string> Features = [{List(Features.All)}];\n\n")
            .Append($"    public static readonly IReadOnlyList<string> OrderStatuses =\n    [\n{Lines(OrderStatus.Told, 8)}    ];\n}}\n\n")
            .Append($"/// <summary>What a decision asks for.</summary>\npublic static class Actions\n{{\n{Constants(ActionWords.Written)}}}\n")
            .ToString();
    }

    /// <summary>What the page shows orders and decisions by.</summary>
    public static string Page()
    {
        var text = new StringBuilder($"// {Origin}\n\n/** Every status that an order may have, in the order in which they come. */\n");
        text.Append($"export const ORDER_STATUSES = [{List(OrderStatus.All)}] as const\nexport type OrderStatus = (typeof ORDER_STATUSES)[number]\n\n");
        text.Append($"/** Those of which something may still be traded. */\nexport const OPEN_STATUSES = [{List(OrderStatus.All.Where(OrderStatus.IsOpen))}] as const\n\n");
        text.Append($"export const ACTIONS = [{List(ActionWords.All)}] as const\nexport type Action = (typeof ACTIONS)[number]\n\n");
        text.Append($"export const SIDES = [{List(SideWords.All)}] as const\nexport type Side = (typeof SIDES)[number]\n\n");
        text.Append($"/** Why an order is not, or ended; `another` says whether another decision can succeed: {AnotherWords}. */\n");
        Reasons(text, "");
        return text.Append("}\n").ToString();
    }

    /// <summary>As the documents write it.</summary>
    internal static string Text(Another another) => JsonNamingPolicy.CamelCase.ConvertName(another.ToString());

    private static void Reasons(StringBuilder text, string between)
    {
        text.Append($"export const REASON: Record<string, {{ another: string{(between.Length == 0 ? "," : ";")} meaning: string }}> = {{\n");
        foreach (var reason in ReasonCodes.All)
        {
            text.Append($"  {reason.Word}: {{ another: {Quote(Text(reason.Another))}, meaning: {Quote(reason.Meaning)} }},\n");
        }
    }

    /// <summary>Named as C# does: <c>NO_TRADE</c> is <c>NoTrade</c>.</summary>
    private static string Constants(IEnumerable<string> words) => string.Concat(words.Select(word =>
        $"    public const string {string.Concat(word.Split('_').Select(part => part[..1].ToUpperInvariant() + part[1..].ToLowerInvariant()))} = {Quote(word)};\n"));

    private static string List(IEnumerable<string> texts) => string.Join(", ", texts.Select(Quote));

    private static string Lines(IEnumerable<string> texts, int indent) => string.Concat(texts.Select(t => $"{new string(' ', indent)}{Quote(t)},\n"));

    private static string Quote(string text) => JsonSerializer.Serialize(text, Plain);

    private static string Json(bool value) => value ? "true" : "false";

    private static string PythonBool(bool value) => value ? "True" : "False";
}
