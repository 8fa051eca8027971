using System.Net;
using TradingSystem.Dashboard.Sessions;
using TradingSystem.Hosting.BotTokens;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Dashboard.BotTokens;

/// <summary>What came out about a token, and for a group's the token that services accept in its place.</summary>
public sealed record Exchanged(TokenVerdict Verdict, string? Jwt);

/// <summary>
/// From a bot's token to one that services accept. What came out is kept for half a second, counted from when it was asked, so that a revoked token
/// is refused within a second whatever else fails; requests that come meanwhile share one question.
/// </summary>
public sealed class TokenExchange(ITokenOwners owners, JwtIssuer issuer, TimeProvider time, ILogger<TokenExchange> log)
{
    public const int Capacity = 10_000;

    /// <summary>Questions at a time; tokens beyond wait for a better moment.</summary>
    public const int MaxAsking = 256;

    public static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(500);

    /// <summary>It outlives what is kept of it, and one request on its way through the services.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Question> _questions = [];
    private int _asking;

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _questions.Count;
            }
        }
    }

    /// <param name="hash"><see cref="BotToken.Hash"/>.</param>
    /// <param name="address">Who came with it. Who is refused for too many bad tokens is so for its own.</param>
    public Task<Exchanged> ExchangeAsync(byte[] hash, IPAddress address, CancellationToken cancellationToken)
    {
        Question question;
        lock (_lock)
        {
            var key = new Key(Convert.ToHexString(hash), ClientAddress.Key(address));
            if (!_questions.TryGetValue(key, out var found) || time.GetElapsedTime(found.AskedAt) >= Kept)
            {
                if (_asking >= MaxAsking)
                {
                    return Task.FromResult(new Exchanged(new TokenVerdict.Unavailable(), null));
                }

                found = Ask(key, hash, address);
            }

            question = found;
        }

        // One of those who wait leaving does not end it.
        return question.Answer.WaitAsync(cancellationToken);
    }

    private Question Ask(Key key, byte[] hash, IPAddress address)
    {
        _asking++;
        var question = new Question(time.GetTimestamp(), new TaskCompletionSource<Exchanged>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_questions.Count >= Capacity)
        {
            foreach (var (old, _) in _questions.Where(q => time.GetElapsedTime(q.Value.AskedAt) >= Kept).ToList())
            {
                _questions.Remove(old);
            }
        }

        if (_questions.Count < Capacity || _questions.ContainsKey(key))
        {
            _questions[key] = question;
        }

        _ = Task.Run(() => AnswerAsync(key, question, hash, address));
        return question;
    }

    private async Task AnswerAsync(Key key, Question question, byte[] hash, IPAddress address)
    {
        var verdict = await FindAsync(hash, address);
        var now = time.GetUtcNow();
        var exchanged = new Exchanged(verdict, verdict is TokenVerdict.OfGroup group ? issuer.Create(Claims(group), now, now + Life) : null);
        lock (_lock)
        {
            _asking--;

            // A bad one is counted each time that it comes, and what failed is asked again.
            if (verdict is not (TokenVerdict.OfGroup or TokenVerdict.OfTrigger or TokenVerdict.Revoked) && _questions.TryGetValue(key, out var kept) && kept == question)
            {
                _questions.Remove(key);
            }
        }

        question.Done.SetResult(exchanged);
    }

    private async Task<TokenVerdict> FindAsync(byte[] hash, IPAddress address)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        try
        {
            return await owners.FindAsync(hash, address, deadline.Token).WaitAsync(deadline.Token);
        }
        catch (Exception e)
        {
            // Whatever it was: who cannot be asked lets nobody in.
            TokenExchangeLog.Failed(log, e is OperationCanceledException ? $"no answer within {Deadline.TotalSeconds} s" : e.Message);
            return new TokenVerdict.Unavailable();
        }
    }

    private static Dictionary<string, object> Claims(TokenVerdict.OfGroup group) => new()
    {
        ["sub"] = $"group {group.GroupId}",
        ["role"] = Roles.Group,
        [GroupClaims.Group] = group.GroupId.ToString(),
        [GroupClaims.Token] = group.TokenId.ToString(),
    };

    private readonly record struct Key(string Hash, IPAddress Address);

    private sealed record Question(long AskedAt, TaskCompletionSource<Exchanged> Done)
    {
        public Task<Exchanged> Answer => Done.Task;
    }
}

internal static partial class TokenExchangeLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Whose a bot's token is could not be asked: {Reason}")]
    public static partial void Failed(ILogger logger, string reason);
}
