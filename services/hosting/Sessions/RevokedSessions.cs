using System.Globalization;
using System.Security.Claims;
using MassTransit;

namespace TradingSystem.Hosting.Sessions;

/// <summary>
/// The tokens that this process refuses although they are signed and not yet expired. In memory and bounded: what is not in it (a message that was
/// missed, a process that just started) is refused when the next <see cref="RevokedTokens"/> comes, at the latest when the token ends.
/// </summary>
public sealed class RevokedSessions(TimeProvider time)
{
    public const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private Dictionary<Guid, RevokedToken> _sessions = [];
    private Dictionary<Guid, RevokedToken> _users = [];

    /// <summary>Adds to what is known; of a user the highest generation counts.</summary>
    public void Add(IReadOnlyList<RevokedToken> revoked)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var token in revoked.Where(t => t.Until > now))
            {
                if (token.SessionId is { } session)
                {
                    _sessions[session] = token;
                }
                else if (token.UserId is { } user && (!_users.TryGetValue(user, out var known) || known.Generation < token.Generation))
                {
                    _users[user] = token;
                }
            }

            _sessions = Bounded(_sessions, now);
            _users = Bounded(_users, now);
        }
    }

    /// <summary>Why a token with these claims is refused, a word of <see cref="SessionEnds"/>; null for one that is good.</summary>
    public string? ReasonOf(ClaimsPrincipal person)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (Guid.TryParse(person.FindFirstValue(PersonClaims.Session), out var session) && _sessions.TryGetValue(session, out var one) && one.Until > now)
            {
                return one.Reason;
            }

            return Guid.TryParse(person.FindFirstValue(PersonClaims.User), out var user) && _users.TryGetValue(user, out var all) && all.Until > now
                && long.TryParse(person.FindFirstValue(PersonClaims.Generation), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation < all.Generation
                ? all.Reason
                : null;
        }
    }

    /// <summary>The soonest to end by themselves give way.</summary>
    private static Dictionary<Guid, RevokedToken> Bounded(Dictionary<Guid, RevokedToken> known, DateTimeOffset now) =>
        known.Count <= Capacity && known.Values.All(t => t.Until > now)
            ? known
            : known.Where(p => p.Value.Until > now).OrderByDescending(p => p.Value.Until).Take(Capacity).ToDictionary();
}

/// <summary>What a person's token says beside <c>sub</c>, the name, and <c>role</c>.</summary>
public static class PersonClaims
{
    public const string User = "uid";

    public const string Session = "sid";

    /// <summary>Grows with every change that ends all of a user's tokens.</summary>
    public const string Generation = "gen";
}

/// <summary>Every process hears of every revoked token.</summary>
public sealed class RevocationConsumer(RevokedSessions revoked) : IConsumer<RevokedTokens>
{
    public Task Consume(ConsumeContext<RevokedTokens> context)
    {
        revoked.Add(context.Message.Items);
        return Task.CompletedTask;
    }
}
