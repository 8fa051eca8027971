using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Replies;
using TradingSystem.Gateway.Storage;

namespace TradingSystem.Gateway.Connections;

/// <summary>What a session is told about its owner: once when it connects, and again when it changes.</summary>
public static class Acks
{
    /// <summary>Reasons of a <c>config_update</c>.</summary>
    public const string GroupChanged = "group_changed";

    /// <summary>Another account trades for the group, or the account's settings changed.</summary>
    public const string AccountChanged = "account_changed";

    public static byte[] Write(Session session, GroupDirectory directory, SessionLimits limits)
    {
        var terms = new SessionTerms(session.Dialect, session.Features.Names(), limits);
        if (session.Identity.IsGroup)
        {
            return AckWriter.Write(Group(session, directory.Group(session.Identity.OwnerId)!), terms);
        }

        var trigger = directory.Trigger(session.Identity.OwnerId)!;
        return AckWriter.Write(new TriggerAck(session.ClientId, session.Id, trigger.Name, trigger.ProviderName, trigger.ModelName, directory.ActiveGroupNames()), terms);
    }

    public static byte[] ConfigUpdate(Session session, GroupConfig group, string reason) =>
        PushWriter.ConfigUpdate(Group(session, group), reason, session.Dialect);

    private static GroupAck Group(Session session, GroupConfig group) => new(
        session.ClientId,
        session.Id,
        group.Id,
        group.Name,
        group.Market,
        group.Symbol,
        group.Interval,
        group.Leverage,
        group.MarginUsdt,
        group.PositionMode,
        [.. group.Members.Select(m => new MemberAck(m.Id, m.Name, m.Role, m.Provider, m.Model, m.SystemPrompt))]);
}
