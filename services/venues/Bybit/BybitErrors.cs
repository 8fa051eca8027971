using System.Collections.Frozen;

namespace TradingSystem.Venues.Bybit;

/// <summary>Meanings of the codes of v5 in <c>retCode</c>. A code that is not here leaves the outcome unknown, as do those that say so.</summary>
public static class BybitErrors
{
    /// <summary>Server timeout and server error: they do not say whether the request was carried out.</summary>
    public static readonly FrozenSet<int> Unknown = FrozenSet.Create(10000, 10016);

    /// <summary>Quantity truncated to zero. With a reducing order that says that there is no position.</summary>
    public const int QuantityToZero = 110017;

    public static readonly FrozenDictionary<int, RefusalMeaning> Meanings = Table(
        (RefusalMeaning.Clock, [10002]),
        (RefusalMeaning.PermissionOrKey, [10003, 10004, 10005, 10007, 10008, 10009, 10010, 33004, 131004]),
        (RefusalMeaning.RateLimited, [10006, 10018, 10429]),
        (RefusalMeaning.Duplicate, [10014, 110030, 110072, 170141]),
        (RefusalMeaning.NotFound, [20001, 110001, 110008, 110010, 110019, 170213]),
        (RefusalMeaning.Margin, [110004, 110006, 110007, 110012, 110014, 110040, 110044, 110045, 110051, 110052, 110053]),
        (RefusalMeaning.Price, [30208, 30209, 110003, 110120, 110121]),
        (RefusalMeaning.Quantity, [110009, 110011, 110013, 110020, 110021, 110022, 110090, 110094, 110095, 110096, QuantityToZero]),
        (RefusalMeaning.Parameter, [10001, 10017, 110015, 110018, 110054, 110055, 110056, 110057, 110058, 110059, 110060, 110061, 110062]),
        (RefusalMeaning.WouldTriggerNow, [110092, 110093]),
        (RefusalMeaning.Busy, [110079]),
        (RefusalMeaning.AlreadySo, [34040, 110025, 110026, 110027, 110043]),
        (RefusalMeaning.Configuration, [10020, 10024, 10027, 10028, 10029, 10032, 110005, 110023, 110024, 110028, 110063, 110065, 110066, 110067, 110068, 110069, 110073, 110074, 3400045]));

    private static FrozenDictionary<int, RefusalMeaning> Table(params (RefusalMeaning Meaning, int[] Codes)[] rows) =>
        rows.SelectMany(r => r.Codes.Select(c => KeyValuePair.Create(c, r.Meaning))).ToFrozenDictionary();
}
