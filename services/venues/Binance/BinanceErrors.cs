using System.Collections.Frozen;

namespace TradingSystem.Venues.Binance;

/// <summary>
/// Meanings of the error codes of USD-M futures; the same numbers mean other things elsewhere at Binance. A code that is not here,
/// and those that say that the execution status is not known, leave the outcome unknown.
/// </summary>
public static class BinanceErrors
{
    /// <summary>-1000, -1006 and -1007 stand for themselves: the execution status is unknown.</summary>
    public static readonly FrozenSet<int> Unknown = FrozenSet.Create(-1000, -1006, -1007);

    public static readonly FrozenDictionary<int, RefusalMeaning> Meanings = Table(
        (RefusalMeaning.PermissionOrKey, [-1002, -1005, -1011, -1022, -1099, -1109, -2008, -2014, -2015, -2017]),
        (RefusalMeaning.RateLimited, [-1003, -1015]),
        (RefusalMeaning.Busy, [-1008]),
        (RefusalMeaning.Clock, [-1021]),
        (RefusalMeaning.Parameter, [-1023, -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108, -1110, -1112, -1114, -1115, -1116, -1117, -1118, -1119, -1120, -1121, -1122, -1127, -1128, -1130, -1131, -1136, -4015, -4028, -4114, -4120, -4135, -4136, -4137, -4138, -4165, -5037, -5038, -5039]),
        (RefusalMeaning.Precision, [-1111, -4014, -4023]),
        (RefusalMeaning.Quantity, [-4003, -4004, -4005, -4164, -2027, -2028]),
        (RefusalMeaning.Price, [-4001, -4002, -4013, -4016, -4024, -4131]),
        (RefusalMeaning.Margin, [-2018, -2019, -4050, -4051]),
        (RefusalMeaning.PositionGone, [-2022, -2024, -4118]),
        (RefusalMeaning.WouldTriggerNow, [-2021]),
        (RefusalMeaning.ConditionNotMet, [-2020, -5021, -5022]),
        (RefusalMeaning.Duplicate, [-4115, -4116, -20132]),
        (RefusalMeaning.NotFound, [-1125, -2011, -2013]),
        (RefusalMeaning.AlreadySo, [-4046, -4059]),
        (RefusalMeaning.Configuration, [-2023, -2026, -4047, -4048, -4060, -4061, -4067, -4068, -4087, -4088, -4109, -4117, -4140, -4141, -4144, -4167, -4168, -4169, -4192, -4202, -4203, -4205, -4206, -4208, -4209, -4400, -4401, -4402, -4403]),
        (RefusalMeaning.Rejected, [-2010, -2025, -4045]));

    private static FrozenDictionary<int, RefusalMeaning> Table(params (RefusalMeaning Meaning, int[] Codes)[] rows) =>
        rows.SelectMany(r => r.Codes.Select(c => KeyValuePair.Create(c, r.Meaning))).ToFrozenDictionary();
}
