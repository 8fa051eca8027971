using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Tests.Hosting.Rest;

[TestFixture]
public sealed class RestBodyTests
{
    private const string Secret = "canary-secret-0000000000";

    [Test]
    public async Task A_good_body_is_read()
    {
        var (value, _) = await ReadAsync<Plain>("""{"name":"a","note":null}""");
        Assert.That(value, Is.EqualTo("a"));
    }

    [TestCase("""{"nmae":"a"}""", "nmae", "unknown field, did you mean name", "\"a\"")]
    [TestCase("""{"name":null}""", "name", "a value, or left out: null says neither", "null")]
    [TestCase("""{"name":5}""", "name", "string", "5")]
    [TestCase("""{"note":"b"}""", "name", "required", "nothing")]
    [TestCase("[1]", "$", "JSON object", "[1]")]
    [TestCase("{", "$", "valid JSON", null)]
    public async Task A_body_that_breaks_a_rule_says_field_rule_and_what_was_found(string json, string path, string rule, string? got)
    {
        var (_, refusal) = await ReadAsync<Plain>(json);
        var fault = Body(refusal).Detail[0];
        Assert.That((Status(refusal), fault.Path, fault.Rule), Is.EqualTo((400, path, rule)));
        if (got is not null)
        {
            Assert.That(fault.Got, Is.EqualTo(got));
        }
    }

    [TestCase("""{"nmae":"a"}""", "nmae name")]
    [TestCase("""{"name":5,"nte":"b"}""", "nte name")]
    [TestCase("""{"name":null}""", "name")]
    public async Task A_body_says_all_that_is_wrong_with_it_and_each_field_once(string json, string paths)
    {
        var (_, refusal) = await ReadAsync<Plain>(json);
        Assert.That(Body(refusal).Detail.Select(d => d.Path), Is.EqualTo(paths.Split(' ')));
    }

    [TestCase("""{"name":"SECRET","name":"SECRET"}""")]
    [TestCase("""{"name":"SECRET""")]
    [TestCase("\"SECRET\"")]
    [TestCase("""{"SECRET":1}""")]
    [TestCase("""{"nmae":"SECRET"}""")]
    [TestCase("""{"name":["SECRET"]}""")]
    public async Task What_may_be_a_secret_is_never_repeated(string json)
    {
        foreach (var (_, refusal) in new[] { await ReadAsync<Keys>(json.Replace("SECRET", Secret, StringComparison.Ordinal)), await ReadAsync<Password>(json.Replace("SECRET", Secret, StringComparison.Ordinal)) })
        {
            Assert.That(Body(refusal).Detail.Select(d => d.Path + d.Rule + d.Got), Has.None.Contains("canary"));
        }
    }

    [Test]
    public async Task A_short_value_is_repeated_where_keys_may_stand_and_not_where_a_password_may()
    {
        var (_, keys) = await ReadAsync<Keys>("""{"name":12345}""");
        var (_, password) = await ReadAsync<Password>("""{"name":12345}""");
        Assert.That((Body(keys).Detail[0].Got, Body(password).Detail[0].Got), Is.EqualTo(("12345", RestBody.Hidden)));
    }

    [Test]
    public async Task What_held_a_secret_is_zero_when_it_was_read_whether_it_was_good_or_not()
    {
        foreach (var json in new[] { $$"""{"name":"{{Secret}}"}""", $$"""{"nmae":"{{Secret}}"}""", $$"""{"name":"{{Secret}}""" })
        {
            var body = await BindAsync<Keys>(Request(json));
            var buffer = (byte[])typeof(RestBody).GetField("_buffer", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(body)!;
            Assert.That(Encoding.UTF8.GetString(buffer), Does.Contain(Secret));
            body.TryRead(b => Encoding.ASCII.GetString(b.Secret("name", 8, 64) ?? []), out _, out _);
            Assert.That(buffer, Is.All.Zero, json);
        }
    }

    [Test]
    public async Task A_body_as_large_as_it_may_be_is_read_and_one_byte_more_is_not()
    {
        var (fits, _) = await ReadAsync<Plain>($$"""{"name":"{{new string('x', 40_000 - 11)}}"}""");
        var (_, refusal) = await ReadAsync<Plain>($$"""{"name":"{{new string('x', 40_000 - 10)}}"}""");
        Assert.That(fits, Has.Length.EqualTo(40_000 - 11));
        Assert.That((Status(refusal), Body(refusal).Detail[0].Rule), Is.EqualTo((413, "at most 40000 bytes")));
    }

    [TestCase(null, "nothing")]
    [TestCase("text/plain", "text/plain")]
    public async Task What_does_not_say_that_it_is_JSON_is_refused(string? type, string got)
    {
        var (_, refusal) = await ReadAsync<Plain>("""{"name":"a"}""", type);
        Assert.That((Status(refusal), Body(refusal).Detail[0].Path, Body(refusal).Detail[0].Got), Is.EqualTo((415, "Content-Type", got)));
    }

    [Test]
    public async Task A_body_that_may_be_left_out_reads_as_one_without_fields()
    {
        var body = await BindAsync<Optional>(Request("", null));
        Assert.That(body.TryRead(b => b.Has("name"), out var has, out _), Is.True);
        Assert.That(has, Is.False);
    }

    [Test]
    public async Task What_was_made_of_a_bad_body_is_disposed()
    {
        var made = new Made();
        var body = await BindAsync<Plain>(Request("""{"name":5}"""));
        Assert.That(body.TryRead(b => { b.Fields.Text("name", 10); return made; }, out _, out _), Is.False);
        Assert.That(made.IsDisposed, Is.True);
    }

    private static async Task<(string? Value, RestError? Refusal)> ReadAsync<T>(string json, string? type = "application/json")
        where T : class
    {
        var body = await BindAsync<T>(Request(json, type));
        return body.TryRead(b => b.Fields.Text("name", 100_000, 1, required: true) ?? "", out var value, out var refusal) ? (value, null) : (null, refusal);
    }

    private static async Task<RestBody<T>> BindAsync<T>(HttpContext context)
        where T : class => (await Bound<RestBody<T>>(context))!;

    private static ValueTask<TBody?> Bound<TBody>(HttpContext context)
        where TBody : class, IBindableFromHttpContext<TBody> => TBody.BindAsync(context, null!);

    private static DefaultHttpContext Request(string json, string? type = "application/json")
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        context.Request.ContentType = type;
        return context;
    }

    private static int? Status(RestError? refusal) => ((IStatusCodeHttpResult)refusal!).StatusCode;

    private static ApiError Body(RestError? refusal) => ((IValueHttpResult<ApiError>)refusal!).Value!;

    [BodyTerms(MaxBytes = 40_000)]
    [NoNulls(nameof(Note))]
    private sealed record Plain(string Name, string? Note = null);

    [BodyTerms(Quotes = BodyQuotes.Short)]
    [NoNulls]
    private sealed record Keys(string Name);

    [BodyTerms(Quotes = BodyQuotes.None)]
    [NoNulls]
    private sealed record Password(string Name);

    [BodyTerms(MayBeAbsent = true)]
    private sealed record Optional(string? Name = null);

    private sealed class Made : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
