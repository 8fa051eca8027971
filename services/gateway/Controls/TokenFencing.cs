using MassTransit;
using Npgsql;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Gateway.Connections;

namespace TradingSystem.Gateway.Controls;

/// <summary>
/// Raises the epochs of a group's tokens under their sessions. One node does it for all; each then closes its own sessions, which gives the
/// tokens back. What a session that was missed still sends carries an epoch that execution refuses, until <c>NodeHeartbeat</c> finds it.
/// </summary>
public sealed class FenceTokensConsumer(NpgsqlDataSource database, TimeProvider time) : IConsumer<FenceTokens>
{
    private const int CommandTimeoutSeconds = 3;

    /// <summary>Execution asks again; what it stopped waiting for would only end the sessions once more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<FenceTokens> context)
    {
        if (context.SentTime is { } sent && time.GetUtcNow().UtcDateTime - sent > Patience)
        {
            return;
        }

        var tokens = new List<FencedToken>();
        await using (var command = database.CreateCommand("""
            with fenced as (
                select l.token_id, t.owner_id, l.session_id from gateway.leases l join gateway.tokens t on t.id = l.token_id
                where t.owner_kind = 'trading_group' and ($1 or t.owner_id = any($2)) order by l.token_id for update of l)
            update gateway.leases l set epoch = l.epoch + 1 from fenced f where l.token_id = f.token_id
            returning l.token_id, f.owner_id, l.epoch, f.session_id
            """))
        {
            command.CommandTimeout = CommandTimeoutSeconds;
            command.Parameters.AddWithValue(context.Message.All);
            command.Parameters.AddWithValue(context.Message.GroupIds.ToArray());
            await using var rows = await command.ExecuteReaderAsync(context.CancellationToken);
            while (await rows.ReadAsync(context.CancellationToken))
            {
                tokens.Add(new(rows.GetGuid(0), rows.GetGuid(1), rows.GetInt64(2), rows.IsDBNull(3) ? null : rows.GetGuid(3)));
            }
        }

        await context.Publish(new TokensFenced(context.Message.CommandId, tokens));
    }
}

/// <summary>Ends the sessions of fenced tokens that are this node's; the bot may come back at once, with a new epoch.</summary>
public sealed class SessionsFencedConsumer(SessionRegistry sessions) : IConsumer<TokensFenced>
{
    public Task Consume(ConsumeContext<TokensFenced> context)
    {
        foreach (var token in context.Message.Tokens)
        {
            if (token.SessionId is { } session)
            {
                sessions.Find(session)?.Close(CloseCodes.TokenFenced);
            }
        }

        return Task.CompletedTask;
    }
}
