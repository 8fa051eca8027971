using System.Net;
using NUnit.Framework;
using TradingSystem.Venues;

namespace TradingSystem.Tests.Venues;

/// <summary>Every code and every wordless failure that the facts name, and what an order that met it comes to.</summary>
[TestFixture]
public sealed class ErrorMeaningTests
{
    private static readonly NewOrder Entry = new("BTCUSDT", "a1", OrderSide.Buy, 0.01m);

    [TestCaseSource(nameof(BinanceCodes))]
    public async Task A_code_of_Binance_has_its_meaning(int code, RefusalMeaning? meaning)
    {
        var reply = await PlaceAsync("binance", $$"""{"code":{{code}},"msg":"words"}""", HttpStatusCode.BadRequest);
        Check(reply, meaning, code);
    }

    [TestCaseSource(nameof(BybitCodes))]
    public async Task A_code_of_Bybit_has_its_meaning(int code, RefusalMeaning? meaning)
    {
        var reply = await PlaceAsync("bybit", $$"""{"retCode":{{code}},"retMsg":"words","result":{} }""", HttpStatusCode.OK);
        Check(reply, meaning, code);
    }

    [TestCaseSource(nameof(OkxCodes))]
    public async Task A_code_of_OKX_has_its_meaning_in_the_item_and_in_the_whole(int code, RefusalMeaning? meaning)
    {
        Check(await PlaceAsync("okx", $$"""{"code":"1","msg":"","data":[{"ordId":"","sCode":"{{code}}","sMsg":"words"}]}""", HttpStatusCode.OK), meaning, code);
        Check(await PlaceAsync("okx", $$"""{"code":"{{code}}","msg":"words","data":[]}""", HttpStatusCode.OK), meaning, code);
    }

    [TestCase(503, """{"code":-1000,"msg":"Unknown error, please check your request or try again later."}""", null)]
    [TestCase(503, """{"msg":"Unknown error, please check your request or try again later."}""", null)]
    [TestCase(503, """{"msg":"Service Unavailable."}""", RefusalMeaning.Busy)]
    [TestCase(503, "Service Unavailable.", RefusalMeaning.Busy)]
    [TestCase(503, """{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}""", RefusalMeaning.Busy)]
    [TestCase(503, """{"code":-1008,"msg":"Request throttled by system-level protection."}""", RefusalMeaning.Busy)]
    [TestCase(500, """{"code":-1001,"msg":"words"}""", null)]
    [TestCase(408, """{"code":-1007,"msg":"Timeout waiting for response from backend server."}""", null)]
    [TestCase(502, "<html>", null)]
    [TestCase(504, "", null)]
    [TestCase(200, "not json", null)]
    [TestCase(200, """{"orderId":1,"orderId":2}""", null)]
    [TestCase(200, """{"status":"NEW"}""", null)]
    [TestCase(400, """{"code":-9999,"msg":"a code nobody knows"}""", null)]
    [TestCase(429, """{"code":-1003,"msg":"Too many requests."}""", RefusalMeaning.RateLimited)]
    [TestCase(418, """{"code":-1003,"msg":"Way too many requests."}""", RefusalMeaning.RateLimited)]
    [TestCase(429, "", RefusalMeaning.RateLimited)]
    [TestCase(403, "<html>", RefusalMeaning.RateLimited)]
    public async Task An_answer_of_Binance_without_a_plain_code_is_only_a_refusal_when_that_is_certain(int status, string body, RefusalMeaning? meaning) =>
        Check(await PlaceAsync("binance", body, (HttpStatusCode)status), meaning, null);

    [TestCase(500, "", null)]
    [TestCase(502, "<html>", null)]
    [TestCase(200, "", null)]
    [TestCase(200, """{"retCode":0}""", null)]
    [TestCase(200, """{"retCode":0,"result":{}}""", null)]
    [TestCase(200, """{"retCode":999999,"retMsg":"a code nobody knows"}""", null)]
    [TestCase(403, "<html>", RefusalMeaning.RateLimited)]
    [TestCase(429, "", RefusalMeaning.RateLimited)]
    public async Task An_answer_of_Bybit_without_a_plain_code_is_only_a_refusal_when_that_is_certain(int status, string body, RefusalMeaning? meaning) =>
        Check(await PlaceAsync("bybit", body, (HttpStatusCode)status), meaning, null);

    [TestCase(500, "", null)]
    [TestCase(500, """{"code":"51054","msg":"timed out","data":[]}""", null)]
    [TestCase(200, """{"code":"0","data":[]}""", null)]
    [TestCase(200, """{"code":"0","data":[{"ordId":"","sCode":"0"}]}""", null)]
    [TestCase(200, """{"code":"1","data":[]}""", null)]
    [TestCase(200, """{"code":"0","data":[{"ordId":"5","sCode":"51008","sMsg":"a refusal under code 0"}]}""", RefusalMeaning.Margin)]
    [TestCase(401, """{"code":"50113","msg":"Invalid Sign","data":[]}""", RefusalMeaning.PermissionOrKey)]
    [TestCase(429, """{"code":"50011","msg":"Too Many Requests","data":[]}""", RefusalMeaning.RateLimited)]
    [TestCase(429, "", RefusalMeaning.RateLimited)]
    public async Task An_answer_of_OKX_without_a_plain_code_is_only_a_refusal_when_that_is_certain(int status, string body, RefusalMeaning? meaning) =>
        Check(await PlaceAsync("okx", body, (HttpStatusCode)status), meaning, null);

    [Test]
    public async Task A_reducing_order_of_Bybit_that_comes_to_zero_met_no_position()
    {
        var body = """{"retCode":110017,"retMsg":"current position is zero","result":{}}""";
        Assert.That((await PlaceAsync("bybit", body, HttpStatusCode.OK, Entry with { ReduceOnly = true })).Is(RefusalMeaning.PositionGone), Is.True);
    }

    [TestCase("binance", """{"code":-4046,"msg":"No need to change margin type."}""", 400)]
    [TestCase("binance", """{"code":-4059,"msg":"No need to change position side."}""", 400)]
    [TestCase("bybit", """{"retCode":110043,"retMsg":"leverage not modified","result":{}}""", 200)]
    [TestCase("bybit", """{"retCode":110025,"retMsg":"Position mode is not modified","result":{}}""", 200)]
    [TestCase("bybit", """{"retCode":110026,"retMsg":"Cross/isolated margin mode is not modified","result":{}}""", 200)]
    [TestCase("bybit", """{"retCode":34040,"retMsg":"not modified","result":{}}""", 200)]
    public async Task What_is_so_already_counts_as_done(string venue, string body, int status)
    {
        await using var test = new TestVenue(venue, r => r.Method == HttpMethod.Post ? RecordingHandler.Json(body, (HttpStatusCode)status) : null);
        Assert.That((await test.Venue.PrepareAsync(new("BTCUSDT", 5m, MarginMode.Isolated, PositionMode.OneWay), default)).IsAccepted, Is.True);
    }

    [TestCase("binance")]
    [TestCase("bybit")]
    [TestCase("okx")]
    public async Task No_error_that_was_ever_recorded_is_taken_for_success(string venue)
    {
        using var document = System.Text.Json.JsonDocument.Parse(ReplyFiles.Read($"{venue}/errors_ccxt_comments.json"));
        foreach (var body in document.RootElement.EnumerateArray().Select(e => e.GetProperty("body").GetRawText()))
        {
            var reply = await PlaceAsync(venue, body, HttpStatusCode.OK);
            Assert.That(reply.IsAccepted, Is.False, body);
        }
    }

    private static IEnumerable<TestCaseData> BinanceCodes() => Cases(
        (null, [-1000, -1001, -1006, -1007]),
        (RefusalMeaning.Busy, [-1008]),
        (RefusalMeaning.Duplicate, [-4116, -4115, -20132]),
        (RefusalMeaning.NotFound, [-2013, -2011, -1125]),
        (RefusalMeaning.Margin, [-2019, -2018, -4050, -4051]),
        (RefusalMeaning.PositionGone, [-2022]),
        (RefusalMeaning.WouldTriggerNow, [-2021]),
        (RefusalMeaning.Precision, [-1111, -4014, -4023]),
        (RefusalMeaning.Quantity, [-4003, -4004, -4005, -4164]),
        (RefusalMeaning.Price, [-4131, -4016, -4024]),
        (RefusalMeaning.Clock, [-1021]),
        (RefusalMeaning.PermissionOrKey, [-1022, -2014, -2015, -1002]),
        (RefusalMeaning.RateLimited, [-1003, -1015]),
        (RefusalMeaning.ConditionNotMet, [-5021, -5022]),
        (RefusalMeaning.Configuration, [-4061, -4047, -4048, -4067, -4068]),
        (RefusalMeaning.AlreadySo, [-4046, -4059]),
        (RefusalMeaning.Parameter, [-4120, -1131, -1121]));

    private static IEnumerable<TestCaseData> BybitCodes() => Cases(
        (null, [10000, 10016]),
        (RefusalMeaning.Duplicate, [110072, 170141, 10014]),
        (RefusalMeaning.NotFound, [110001, 110008, 110010]),
        (RefusalMeaning.Clock, [10002]),
        (RefusalMeaning.PermissionOrKey, [10003, 10004, 10005, 10010, 33004]),
        (RefusalMeaning.RateLimited, [10006]),
        (RefusalMeaning.Margin, [110004, 110007, 110012, 110044, 110045, 110052]),
        (RefusalMeaning.Price, [110003, 30208, 30209, 110120, 110121]),
        (RefusalMeaning.Quantity, [110094, 110017]),
        (RefusalMeaning.Parameter, [10001]),
        (RefusalMeaning.WouldTriggerNow, [110092, 110093]),
        (RefusalMeaning.Busy, [110079]),
        (RefusalMeaning.AlreadySo, [110025, 110026, 110043, 34040]),
        (RefusalMeaning.Configuration, [110024, 110028]));

    private static IEnumerable<TestCaseData> OkxCodes() => Cases(
        (null, [50004, 51054, 51149, 50001, 50005, 50013, 50026]),
        (RefusalMeaning.Duplicate, [51016, 50071, 51068]),
        (RefusalMeaning.NotFound, [51603, 51400, 51401, 51402, 51410]),
        (RefusalMeaning.Margin, [51008, 51119, 51127, 51131, 59200]),
        (RefusalMeaning.Parameter, [51000]),
        (RefusalMeaning.Precision, [51121]),
        (RefusalMeaning.Quantity, [51020, 51005, 51004]),
        (RefusalMeaning.Price, [51006]),
        (RefusalMeaning.WouldTriggerNow, [51277, 51278, 51279, 51280, 51046, 51047, 51048, 51049, 51050, 51051, 51052, 51053]),
        (RefusalMeaning.PositionGone, [51023, 51112, 51205]),
        (RefusalMeaning.Clock, [50102, 50112, 50036, 50037]),
        (RefusalMeaning.PermissionOrKey, [50113, 50103, 50104, 50105, 50106, 50107, 50111, 50119, 50110, 50120, 50101]),
        (RefusalMeaning.RateLimited, [50011, 50040, 50061]),
        (RefusalMeaning.Configuration, [51010, 51155, 59000, 50038]));

    private static IEnumerable<TestCaseData> Cases(params (RefusalMeaning? Meaning, int[] Codes)[] rows) =>
        rows.SelectMany(r => r.Codes.Select(c => new TestCaseData(c, r.Meaning).SetArgDisplayNames($"{c}", $"{r.Meaning?.ToString() ?? "unknown"}")));

    private static async Task<VenueReply<OrderAck>> PlaceAsync(string venue, string body, HttpStatusCode status, NewOrder? order = null)
    {
        await using var test = new TestVenue(venue, r => r.Method == HttpMethod.Post ? RecordingHandler.Json(body, status) : null);
        var reply = await test.Venue.PlaceAsync(order ?? Entry, default);
        Assert.That(test.Handler.Requests.Count(r => r.Method == HttpMethod.Post), Is.EqualTo(1), "an order is sent once, whatever the answer");
        return reply;
    }

    private static void Check(VenueReply<OrderAck> reply, RefusalMeaning? meaning, int? code)
    {
        Assert.That(reply.Outcome, Is.EqualTo(meaning is null ? VenueOutcome.Unknown : VenueOutcome.Refused), reply.ToString());
        Assert.That(reply.Refusal?.Meaning, Is.EqualTo(meaning));
        if (code is not null && meaning is not null)
        {
            Assert.That((reply.Refusal!.Code, reply.Refusal.Message), Is.EqualTo(($"{code}", "words")));
        }
    }
}
