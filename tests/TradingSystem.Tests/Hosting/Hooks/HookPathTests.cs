using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NUnit.Framework;
using TradingSystem.Hosting.Hooks;

namespace TradingSystem.Tests.Hosting.Hooks;

[TestFixture]
public sealed class HookPathTests
{
    [TestCase("/hooks/tv/wh_secret", "/hooks/tv/redacted", "wh_secret")]
    [TestCase("/base/hooks/tv/wh_secret", "/base/hooks/tv/redacted", "wh_secret")]
    [TestCase("/HOOKS/tv/wh_secret", "/HOOKS/tv/redacted", "wh_secret")]
    [TestCase("//hooks/tv/wh_secret", "//hooks/tv/redacted", "wh_secret")]
    [TestCase("//base//hooks/tv/wh_secret", "//base//hooks/tv/redacted", "wh_secret")]
    [TestCase("/hooks/wh_secret", "/hooks/redacted", null)]
    [TestCase("/elsewhere/wh_secret/x", "/elsewhere/redacted/x", null)]
    [TestCase("/hooks/tv%2Fwh_secret", "/hooks/tv%2Fredacted", null)]
    [TestCase("", "", null)]
    [TestCase("/hooks/tv/a/b", "/hooks/tv/redacted", "a/b")]
    [TestCase("/hooks/tv/gr\u00fcn", "/hooks/tv/redacted", "")]
    [TestCase("/hooks/tv", "/hooks/tv", null)]
    [TestCase("/hooks/tv/", "/hooks/tv/", null)]
    [TestCase("/hooks", "/hooks", null)]
    [TestCase("/hooksome/tv/x", "/hooksome/tv/x", null)]
    [TestCase("/api/v1/hooks/a/b", "/api/v1/hooks/a/b", null)]
    [TestCase("/", "/", null)]
    public void A_secret_is_taken_out_of_the_path_before_anybody_sees_it(string path, string seen, string? secret)
    {
        var http = Pass(path, basePath: "/base");
        Assert.That((http.Request.Path.Value, HookPath.SecretOf(http)), Is.EqualTo((seen, secret)));
        Assert.That(secret is null || http.Features.Get<IHttpRequestFeature>()!.RawTarget == seen);
    }

    [Test]
    public void What_the_front_took_out_comes_in_a_header_and_goes_no_further()
    {
        var http = Pass("/hooks/tv/redacted", "wh_secret");
        Assert.That((HookPath.SecretOf(http), http.Request.Headers.ContainsKey(HookPath.Header)), Is.EqualTo(("wh_secret", false)));
        Assert.That(HookPath.SecretOf(Pass("/hooks/tv/own", "wh_secret")), Is.EqualTo("own"));
    }

    [TestCase("X-Hub-Signature-256", true)]
    [TestCase("Webhook-Id", true)]
    [TestCase("Stripe-Signature", true)]
    [TestCase("Authorization", false)]
    [TestCase("Cookie", false)]
    [TestCase("X-Forwarded-For", false)]
    [TestCase("X-Hook-Secret", false)]
    [TestCase("X-A\r\nB", false)]
    [TestCase("X-", false)]
    public void A_signature_comes_in_a_header_that_the_front_passes_on(string name, bool mayCarry) => Assert.That(HookHeaders.MayCarry(name), Is.EqualTo(mayCarry));

    private static DefaultHttpContext Pass(string path, string? passedOn = null, string basePath = "")
    {
        var http = new DefaultHttpContext();
        var request = http.Features.Get<IHttpRequestFeature>()!;
        request.Path = request.RawTarget = path;
        if (passedOn is not null)
        {
            request.Headers[HookPath.Header] = passedOn;
        }

        HookPath.TakeSecret(http.Features, basePath);
        return http;
    }
}
