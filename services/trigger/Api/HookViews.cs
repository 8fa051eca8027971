using System.Text;
using System.Text.Json;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Hosting.Hooks;
using TradingSystem.Hosting.Rest;
using TradingSystem.Trigger.Hooks;
using TradingSystem.Trigger.Storage;

namespace TradingSystem.Trigger.Api;

/// <summary>A webhook as it is now.</summary>
/// <param name="Version">Grows by one with every change, from 1; an event's payload names the one that it came through.</param>
/// <param name="Hook">What it takes and makes of it; null where it is of a later version of the service, which error then says.</param>
/// <param name="Address">Where alerts are posted; behind it a slash and the secret where that is in the path.</param>
/// <param name="Usable">False where it refuses all.</param>
/// <param name="Error">Why it is not usable: this version of the service cannot read it, or its secret was derived from another signing key than there is now;
/// null where it is.</param>
/// <param name="LastAlertAt">When the last alert was taken that became an event, RFC 3339; null where there is none.</param>
public sealed record HookView(
    Guid Id, int Version, HookDocument? Hook, string Address, bool Usable, string? Error, string ChangedBy, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt,
    DateTimeOffset? LastAlertAt)
{
    internal static HookView Of(HookRow row, HookArmory armory, DateTimeOffset? lastAlertAt)
    {
        var (document, fault) = armory.Look(row);
        return new(row.Id, row.Version, document, $"{HookPath.Prefix}/{row.Name}", fault is null, fault, row.Actor, row.CreatedAt, row.ChangedAt, lastAlertAt);
    }
}

/// <summary>A webhook with its secret. This answer is the only place where the secret ever appears.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Secret">What a sender shows, or signs with as it is written here.</param>
public sealed record IssuedHook(HookView Hook, string Secret);

/// <summary>What came to a webhook; a repetition is none of its own.</summary>
/// <param name="Id">Its event's, where it became one.</param>
/// <param name="Version">The hook's at that time.</param>
/// <param name="Key">What makes repetitions of it the same; null where the hook has no key, or it was refused.</param>
/// <param name="ReceivedAt">When it came, RFC 3339.</param>
/// <param name="Outcome">published: its event is kept and sent, or held back by storm control. waiting: that is not decided yet. refused: see <c>faults</c>.
/// given_up: nobody could decide about it for more than five minutes. withdrawn: of earlier versions, the bus was away and the sender told to send it again.</param>
/// <param name="HeldFrom">The groups that storm control kept its event from, and why; empty where nobody is.</param>
/// <param name="Faults">What was wrong with it.</param>
/// <param name="Bytes">How long it was, with something short in the place of the secret.</param>
/// <param name="Body">Its first 2000 characters, without the secret.</param>
public sealed record HookDelivery(
    Guid Id, int Version, string? Key, DateTimeOffset ReceivedAt, [property: Words(typeof(DeliveryOutcomes))] string Outcome,
    IReadOnlyList<HoldView> HeldFrom, IReadOnlyList<FieldError> Faults, int Bytes, string Body)
{
    /// <summary>Of each body, for what is shown of it: characters have at most four.</summary>
    internal const int MostBytes = 4 * MostShown;

    private const int MostShown = 2_000;

    internal static HookDelivery Of(ShownDelivery delivery, ILookup<Guid, HoldView> held) => new(
        delivery.Id, delivery.Version, delivery.Key, delivery.ReceivedAt, delivery.Outcome ?? DeliveryOutcomes.Waiting, [.. held[delivery.Id]],
        ReadFaults(delivery.Reason), delivery.Bytes,
        FieldError.Shorten(Encoding.UTF8.GetString(delivery.Body), MostShown));

    private static IReadOnlyList<FieldError> ReadFaults(string? reason)
    {
        try
        {
            return reason is null ? [] : HookJson.ReadFaults(reason);
        }
        catch (JsonException)
        {
            return [new("$", "a reason that this version of the service can read", "another")];
        }
    }
}
