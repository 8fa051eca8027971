using System.Collections.Frozen;

namespace TradingSystem.Venues.Okx;

/// <summary>
/// Meanings of the codes of v5, in <c>code</c> or in an item's <c>sCode</c>. A code that is not here leaves the outcome unknown, as do those that say
/// so.
/// </summary>
public static class OkxErrors
{
    /// <summary>Timeouts that say themselves that they mean neither success nor failure.</summary>
    public static readonly FrozenSet<int> Unknown = FrozenSet.Create(50004, 51054, 51149);

    /// <summary>Busy or offline: a read may be repeated, an order must be looked for first.</summary>
    public static readonly FrozenSet<int> BusyReads = FrozenSet.Create(50001, 50005, 50013, 50026);

    public static readonly FrozenDictionary<int, RefusalMeaning> Meanings = Table(
        (RefusalMeaning.RateLimited, [50011, 50040, 50061, 51113]),
        (RefusalMeaning.Clock, [50036, 50037, 50102, 50112]),
        (RefusalMeaning.PermissionOrKey, [50100, 50101, 50103, 50104, 50105, 50106, 50107, 50108, 50110, 50111, 50113, 50114, 50119, 50120, 60005, 60009, 60024]),
        (RefusalMeaning.Duplicate, [50071, 51016, 51065, 51068]),
        (RefusalMeaning.NotFound, [51400, 51401, 51402, 51410, 51603]),
        (RefusalMeaning.Margin, [51008, 51119, 51127, 51131, 59103, 59108, 59200]),
        (RefusalMeaning.Parameter, [50000, 50002, 50006, 50012, 50014, 50015, 50016, 50024, 50025, 50027, 51000, 51001, 51002, 51003, 51012, 51014, 51015, 51017, 51026, 51100, 51111, 51130, 59102]),
        (RefusalMeaning.Quantity, [51004, 51005, 51020, 51120, 51201, 51202, 51203]),
        (RefusalMeaning.Precision, [51121]),
        (RefusalMeaning.Price, [51006, 51116, 51122, 51250]),
        (RefusalMeaning.WouldTriggerNow, [51046, 51047, 51048, 51049, 51050, 51051, 51052, 51053, 51277, 51278, 51279, 51280]),
        (RefusalMeaning.PositionGone, [51023, 51112, 51169, 51170, 51205]),
        (RefusalMeaning.Configuration, [50007, 50009, 50038, 50044, 51009, 51010, 51021, 51022, 51024, 51027, 51028, 51029, 51030, 51039, 51040, 51088, 51155, 59000, 59001, 59100, 59101, 59104, 59105, 59106, 59107]));

    private static FrozenDictionary<int, RefusalMeaning> Table(params (RefusalMeaning Meaning, int[] Codes)[] rows) =>
        rows.SelectMany(r => r.Codes.Select(c => KeyValuePair.Create(c, r.Meaning))).ToFrozenDictionary();
}
