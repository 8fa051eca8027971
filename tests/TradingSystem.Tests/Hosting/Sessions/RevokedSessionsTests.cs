using System.Globalization;
using System.Security.Claims;
using NUnit.Framework;
using TradingSystem.Hosting.Sessions;
using TradingSystem.Tests.Time;

namespace TradingSystem.Tests.Hosting.Sessions;

[TestFixture]
public sealed class RevokedSessionsTests
{
    private static readonly Guid Alice = Guid.NewGuid();
    private static readonly Guid Session = Guid.NewGuid();

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public void A_session_that_was_ended_is_refused_for_as_long_as_a_token_of_it_could_live()
    {
        var revoked = new RevokedSessions(_time);
        Assert.That(revoked.ReasonOf(Token(Alice, Session, 0)), Is.Null);
        revoked.Add([new(Session, null, 0, SessionEnds.SignedOut, Later(15))]);
        Assert.That(revoked.ReasonOf(Token(Alice, Session, 0)), Is.EqualTo("signed_out"));
        Assert.That(revoked.ReasonOf(Token(Alice, Guid.NewGuid(), 0)), Is.Null, "her other one");
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.That(revoked.ReasonOf(Token(Alice, Session, 0)), Is.Null, "it has ended by itself");
    }

    [Test]
    public void Of_a_user_the_highest_generation_counts_in_whatever_order_it_is_heard()
    {
        var revoked = new RevokedSessions(_time);
        revoked.Add([new(null, Alice, 5, SessionEnds.PasswordChanged, Later(15)), new(null, Alice, 4, SessionEnds.RoleChanged, Later(20))]);
        Assert.That(revoked.ReasonOf(Token(Alice, Session, 4)), Is.EqualTo("password_changed"));
        Assert.That(revoked.ReasonOf(Token(Alice, Session, 5)), Is.Null, "made after it");
        Assert.That(revoked.ReasonOf(Token(Guid.NewGuid(), Session, 0)), Is.Null, "somebody else");
    }

    [Test]
    public void It_is_bounded_and_forgets_what_ends_soonest()
    {
        var revoked = new RevokedSessions(_time);
        revoked.Add([new(Session, null, 0, SessionEnds.SignedOut, Later(1))]);
        var last = Guid.NewGuid();
        revoked.Add(
            [.. Enumerable.Range(0, RevokedSessions.Capacity).Select(_ => new RevokedToken(Guid.NewGuid(), null, 0, SessionEnds.SignedOut, Later(15))), new(last, null, 0, SessionEnds.SignedOut, Later(16))]);
        Assert.That(revoked.ReasonOf(Token(Alice, Session, 0)), Is.Null);
        Assert.That(revoked.ReasonOf(Token(Alice, last, 0)), Is.EqualTo("signed_out"));
    }

    [Test]
    public void A_token_that_names_no_session_is_not_looked_for()
    {
        var revoked = new RevokedSessions(_time);
        revoked.Add([new(Session, null, 0, SessionEnds.SignedOut, Later(15))]);
        Assert.That(revoked.ReasonOf(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "alice")], "test"))), Is.Null);
    }

    private DateTimeOffset Later(int minutes) => _time.GetUtcNow().AddMinutes(minutes);

    private static ClaimsPrincipal Token(Guid user, Guid session, long generation) => new(new ClaimsIdentity(
        [
            new(PersonClaims.User, user.ToString()),
            new(PersonClaims.Session, session.ToString()),
            new(PersonClaims.Generation, generation.ToString(CultureInfo.InvariantCulture)),
        ],
        "test"));
}
