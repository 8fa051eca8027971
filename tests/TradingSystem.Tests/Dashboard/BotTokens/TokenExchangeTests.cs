using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using NUnit.Framework;
using TradingSystem.Dashboard.BotTokens;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;
using TradingSystem.Tests.Time;

namespace TradingSystem.Tests.Dashboard.BotTokens;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TokenExchangeTests
{
    private static readonly IPAddress Home = IPAddress.Parse("203.0.113.7");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("203.0.113.8");
    private static readonly byte[] Hash = BotToken.Hash("tg_one")!;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeOwners _owners = new();
    private readonly TokenExchange _exchange;

    public TokenExchangeTests()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Auth:JwtKey", new string('k', 64))]).Build();
        _exchange = new(_owners, new JwtIssuer(configuration), _time, NullLogger<TokenExchange>.Instance);
    }

    [Test]
    public async Task What_takes_the_place_of_a_token_says_the_group_and_is_good_for_thirty_seconds()
    {
        var exchanged = await AskAsync();
        var jwt = new JsonWebToken(exchanged.Jwt);
        Assert.Multiple(() =>
        {
            Assert.That(exchanged.Verdict, Is.EqualTo(FakeOwners.Group));
            Assert.That(jwt.ValidTo - _time.GetUtcNow().UtcDateTime, Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That(jwt.GetClaim("role").Value, Is.EqualTo(Roles.Group));
            Assert.That(jwt.GetClaim(GroupClaims.Group).Value, Is.EqualTo(FakeOwners.Group.GroupId.ToString()));
            Assert.That(jwt.GetClaim(GroupClaims.Token).Value, Is.EqualTo(FakeOwners.Group.TokenId.ToString()));
        });
    }

    [Test]
    public async Task Requests_that_come_together_share_one_question_and_so_do_those_of_the_next_half_second()
    {
        var gate = new TaskCompletionSource<TokenVerdict>();
        _owners.Says = (_, _) => gate.Task;
        var together = Enumerable.Range(0, 50).Select(_ => AskAsync()).ToList();
        gate.SetResult(FakeOwners.Group);
        var jwts = (await Task.WhenAll(together).WaitAsync(Patience)).Select(e => e.Jwt).Distinct().ToList();
        _time.Advance(TokenExchange.Kept - TimeSpan.FromMilliseconds(1));
        await AskAsync();

        Assert.That(jwts, Has.Count.EqualTo(1));
        Assert.That(_owners.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Half_a_second_after_it_was_asked_a_revoked_token_is_refused_however_long_the_answer_took()
    {
        var gate = new TaskCompletionSource<TokenVerdict>();
        _owners.Says = (_, _) => gate.Task;
        var slow = AskAsync();
        Assert.That(() => _owners.Asked, Has.Count.EqualTo(1).After((int)Patience.TotalMilliseconds, 5));
        _time.Advance(TokenExchange.Kept);
        _owners.Answer(new TokenVerdict.Revoked());
        Assert.That((await AskAsync()).Verdict, Is.TypeOf<TokenVerdict.Revoked>(), "the question under way began before it was revoked");
        gate.SetResult(FakeOwners.Group);
        Assert.That((await slow.WaitAsync(Patience)).Verdict, Is.TypeOf<TokenVerdict.OfGroup>());
        Assert.That((await AskAsync()).Verdict, Is.TypeOf<TokenVerdict.Revoked>(), "an older answer does not come back");
    }

    [Test]
    public async Task A_bad_token_is_asked_for_each_time_so_that_each_guess_counts()
    {
        _owners.Answer(new TokenVerdict.Unknown());
        await AskAsync();
        await AskAsync();
        Assert.That(_owners.Asked, Has.Count.EqualTo(2));
        Assert.That(_exchange.Count, Is.Zero, "and nothing is kept of it");
    }

    [Test]
    public async Task Who_shares_a_token_does_not_share_the_wait_of_another_address()
    {
        _owners.Says = (_, address) => Task.FromResult<TokenVerdict>(address.Equals(Home) ? new TokenVerdict.TooMany(TimeSpan.FromMinutes(1)) : new TokenVerdict.Unknown());
        var both = await Task.WhenAll(AskAsync(), _exchange.ExchangeAsync(Hash, Elsewhere, CancellationToken.None)).WaitAsync(Patience);
        Assert.That(both[0].Verdict, Is.TypeOf<TokenVerdict.TooMany>());
        Assert.That(both[1].Verdict, Is.TypeOf<TokenVerdict.Unknown>());
    }

    [Test]
    public async Task A_gateway_that_fails_lets_nobody_in_and_is_asked_again_at_once()
    {
        _owners.Says = (_, _) => throw new HttpRequestException("away");
        Assert.That(await AskAsync(), Is.EqualTo(new Exchanged(new TokenVerdict.Unavailable(), null)));
        _owners.Answer(FakeOwners.Group);
        Assert.That((await AskAsync()).Jwt, Is.Not.Null);
    }

    [Test]
    public async Task A_gateway_that_says_nothing_is_given_up_after_the_deadline()
    {
        _owners.Says = (_, _) => new TaskCompletionSource<TokenVerdict>().Task;
        var asked = AskAsync();
        Assert.That(() => _time.WaitingTimers, Is.EqualTo(1).After((int)Patience.TotalMilliseconds, 5));
        _time.Advance(TokenExchange.Deadline);
        Assert.That((await asked.WaitAsync(Patience)).Verdict, Is.TypeOf<TokenVerdict.Unavailable>());
    }

    [Test]
    public async Task Who_leaves_does_not_end_the_question_for_the_others()
    {
        var gate = new TaskCompletionSource<TokenVerdict>();
        _owners.Says = (_, _) => gate.Task;
        using var leaving = new CancellationTokenSource();
        var first = _exchange.ExchangeAsync(Hash, Home, leaving.Token);
        var second = AskAsync();
        await leaving.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        gate.SetResult(FakeOwners.Group);
        Assert.That((await second.WaitAsync(Patience)).Jwt, Is.Not.Null);
    }

    [Test]
    public async Task Only_so_many_are_asked_at_a_time()
    {
        var gate = new TaskCompletionSource<TokenVerdict>();
        _owners.Says = (_, _) => gate.Task;
        var asking = Enumerable.Range(0, TokenExchange.MaxAsking).Select(n => AskAsync($"tg_{n}")).ToList();
        Assert.That((await AskAsync("tg_more").WaitAsync(Patience)).Verdict, Is.TypeOf<TokenVerdict.Unavailable>());
        Assert.That(AskAsync("tg_0").IsCompleted, Is.False, "who shares a question asks none");
        gate.SetResult(FakeOwners.Group);
        await Task.WhenAll(asking).WaitAsync(Patience);
        Assert.That((await AskAsync("tg_more")).Jwt, Is.Not.Null);
    }

    [Test]
    public async Task It_remembers_a_bounded_number_of_tokens_and_lets_the_rest_in_all_the_same()
    {
        for (var n = 0; n < TokenExchange.Capacity + 10; n++)
        {
            Assert.That((await AskAsync($"tg_{n}")).Jwt, Is.Not.Null);
        }

        Assert.That(_exchange.Count, Is.EqualTo(TokenExchange.Capacity));
        _time.Advance(TokenExchange.Kept);
        await AskAsync("tg_next");
        Assert.That(_exchange.Count, Is.EqualTo(1), "the old ones give way");
    }

    private Task<Exchanged> AskAsync() => _exchange.ExchangeAsync(Hash, Home, CancellationToken.None);

    private Task<Exchanged> AskAsync(string token) => _exchange.ExchangeAsync(BotToken.Hash(token)!, Home, CancellationToken.None);
}
