using System.Text.Json;
using System.Text.Json.Serialization;
using TradingSystem.Calendar;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Execution.Limits;

/// <summary>
/// The blackouts that hold entries. They are kept here and go by the clock of this service, so they hold whether or not anybody else is there. They never hold
/// what makes a position smaller: only entries ask. What of them cannot be read holds all the entries that it may be about.
/// </summary>
public sealed class HeldEntries
{
    /// <summary>The text of a list without any.</summary>
    public const string Nothing = "[]";

    public static readonly HeldEntries None = new([], isReadable: true);

    private static readonly HeldEntries Unreadable = new([], isReadable: false);

    // The same text is read for every decision that finds new controls, and for every look of a desk.
    private static (string Text, HeldEntries Read)? _last;
    private static readonly Lock Last = new();

    private readonly HeldEntry[] _items;

    private HeldEntries(HeldEntry[] items, bool isReadable) => (_items, IsReadable) = (items, isReadable);

    /// <summary>False where the text says nothing that could be understood; then every entry is held.</summary>
    public bool IsReadable { get; }

    public IReadOnlyList<HeldEntry> Items => _items;

    /// <param name="text">As <see cref="Write"/> made it; null where nobody has told any.</param>
    public static HeldEntries Of(string? text)
    {
        if (text is null)
        {
            return None;
        }

        lock (Last)
        {
            if (_last is not { } last || last.Text != text)
            {
                _last = last = (text, Read(text));
            }

            return last.Read;
        }
    }

    public static string Write(IReadOnlyList<EntryHold> items) => JsonSerializer.Serialize(items, EntryHoldJson.Default.IReadOnlyListEntryHold);

    /// <summary>Why an entry of a group in a symbol is held at this time, null where it is not.</summary>
    /// <param name="group">Its name.</param>
    public RejectionReason? Refusal(string group, string symbol, DateTimeOffset now)
    {
        if (!IsReadable)
        {
            return Rejections.BlackoutsUnreadable();
        }

        for (var i = 0; i < _items.Length; i++)
        {
            var held = _items[i];
            // A market is none of an order's words; blackouts by it hold no entries.
            if (TargetSelector.Matches(held.Hold.Targets, group, "", symbol) && held.Refusal(now) is { } reason)
            {
                return reason;
            }
        }

        return null;
    }

    private static HeldEntries Read(string text)
    {
        try
        {
            var items = JsonSerializer.Deserialize(text, EntryHoldJson.Default.IReadOnlyListEntryHold);
            return items is null || items.Any(i => i?.Targets is null || i.Targets.Contains(null!)) ? Unreadable : new([.. items.Select(i => new HeldEntry(i))], isReadable: true);
        }
        catch (JsonException)
        {
            return Unreadable;
        }
    }
}

/// <summary>One of them with its times.</summary>
public sealed class HeldEntry(EntryHold hold)
{
    private readonly TimeWindow? _window = hold switch
    {
        { From: { } from, Until: { } until, Cron: null } when until > from => TimeWindow.Once(from, until),
        { Cron: { } cron, Zone: { } zone, ForS: { } length and > 0, From: null } when CronCalendar.TryRead(cron, zone, out var calendar, out _, out _) =>
            TimeWindow.Each(calendar, TimeSpan.FromSeconds(length)),
        _ => null,
    };

    public EntryHold Hold => hold;

    /// <summary>Its times can be read on this machine. Where they cannot, as with a zone that it lacks, it is always on.</summary>
    public bool IsReadable => _window is not null;

    /// <summary>When it is over; null where it is not on, or not known to end.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset now) => _window?.EndOf(now);

    public RejectionReason? Refusal(DateTimeOffset now) =>
        _window is null ? Rejections.Blackout(hold.Name, null, now)
        : _window.EndOf(now) is { } end ? Rejections.Blackout(hold.Name, end, now)
        : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<EntryHold>))]
internal sealed partial class EntryHoldJson : JsonSerializerContext;

/// <summary>The one row of what was told last of blackouts that hold entries.</summary>
public sealed class EntryHoldsRow
{
    public int Id { get; init; }

    /// <summary>Of what was told; what is older changes nothing.</summary>
    public long Revision { get; set; }

    /// <summary>JSON, as <see cref="HeldEntries.Write"/> made it.</summary>
    public required string Items { get; set; }

    public required string ChangedBy { get; set; }

    /// <summary>When they were changed where they are made.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>When they came here.</summary>
    public DateTimeOffset KeptAt { get; set; }
}
