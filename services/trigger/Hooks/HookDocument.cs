using System.Text.Json.Serialization;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// A webhook: who may post to <c>/hooks/{name}</c>, what must be in a body, and which <c>immediate</c> event it becomes. Texts are Liquid over
/// <c>body</c> (the fields of the body; of plain text <c>text</c> and <c>line1</c>, <c>line2</c>, …), <c>hook</c> and <c>received_at</c>. What was left out is
/// left out when it is read, so that it can be written again as it was read.
/// </summary>
/// <param name="Name">Small letters, digits and _, beginning with a letter; at most 60, and unique among the hooks that are not deleted. It is in the address.</param>
/// <param name="Auth">How a sender shows that it may.</param>
/// <param name="Targets">Whom the event wakes, as in a trigger's frame.</param>
/// <param name="Title">The event's title, as Liquid text of at most 500 characters.</param>
/// <param name="Description">For people, at most 500 characters.</param>
/// <param name="Enabled">Whether it takes alerts; true where it is left out.</param>
/// <param name="Format">What a body is: json, pairs (<c>key=value</c>) or text; auto, where it is left out, tells by the body itself.</param>
/// <param name="Payload">Fields of the event's payload, at most 20: names as the hook's, texts of Liquid. Left out, it has the body's fields as <c>fields</c>.</param>
/// <param name="Priority">Of the event, 1 to 10; 5 where it is left out.</param>
/// <param name="Tags">Of the event, beside <c>hook</c> and the hook's name; at most 20.</param>
/// <param name="Key">Liquid text that is the same for repetitions of one alert and different for others, of at most 500 characters; every field in it must be
/// there. Left out, the same body within one second is a repetition.</param>
/// <param name="Required">Fields that must be there, at most 50; one within another is <c>order.price</c>.</param>
/// <param name="Numbers">Fields that must be numbers where they are there, at most 50, as <c>required</c>.</param>
/// <param name="Time">The field with the alert's own time: RFC 3339, or Unix seconds or milliseconds.</param>
/// <param name="MaxAgeS">Seconds after its own time at which an alert is refused, 1 to 86400; 300 where it is left out. Needs <c>time</c>.</param>
/// <param name="RatePerMinute">Requests a minute that each node takes, 1 to 10000; 60 where it is left out.</param>
/// <param name="ExpectedEveryMinutes">A silence of more than so many minutes is logged as WEBHOOK_MISSED, 1 to 4320.</param>
[BodyTerms(MaxBytes = 32 * 1024)]
[NoNulls]
public sealed record HookDocument(
    string Name,
    HookAuth Auth,
    IReadOnlyList<string> Targets,
    string Title,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Enabled = null,
    [property: Words(typeof(HookWords), nameof(HookWords.Formats)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Format = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Payload = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Priority = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Tags = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Required = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Numbers = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Time = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? MaxAgeS = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RatePerMinute = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ExpectedEveryMinutes = null);

/// <summary>How a sender shows that it may. The secret itself is made by the service and told once.</summary>
/// <param name="Kind">body: the secret is a field of the body. path: it is the last part of the address, <c>/hooks/{name}/{secret}</c>. hmac: a header
/// has the HMAC-SHA256 of the body, keyed with the secret.</param>
/// <param name="Field">With body: the field, which stands in the body itself, not within another.</param>
/// <param name="Header">With hmac: the header; its name begins with X- or Webhook-, or ends with -Signature.</param>
/// <param name="Encoding">With hmac: how the header is written; hex where it is left out.</param>
/// <param name="Prefix">With hmac: what stands before it in the header, e.g. <c>sha256=</c>.</param>
/// <param name="TimestampHeader">With hmac: a header with Unix seconds or milliseconds. What is signed is then its text, a dot and the body.</param>
/// <param name="ToleranceS">With a timestamp's header: seconds that it may be away from now, 1 to 3600; 300 where it is left out.</param>
[NoNulls]
public sealed record HookAuth(
    [property: Words(typeof(HookWords), nameof(HookWords.Kinds))] string Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Header = null,
    [property: Words(typeof(HookWords), nameof(HookWords.Encodings)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Encoding = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Prefix = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TimestampHeader = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ToleranceS = null);
