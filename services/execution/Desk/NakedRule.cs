namespace TradingSystem.Execution.Desk;

/// <summary>How long a position may stand without the protection that it is to have.</summary>
/// <param name="Grace">As options say.</param>
/// <param name="WaitsForAnswers">A leg whose answer is still open may be the one that is missing, and is waited for beyond the grace.</param>
internal sealed record NakedRule(TimeSpan Grace, bool WaitsForAnswers)
{
    /// <summary>So long at most an open answer is waited for before the position is closed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <param name="stood">How long the position has stood so.</param>
    /// <param name="isWaiting">The venue has not said yet what became of a leg.</param>
    /// <param name="isBeyond">The price is beyond a leg already: what it would have done is done now.</param>
    public bool IsOver(TimeSpan stood, bool isWaiting, bool isBeyond) =>
        isBeyond || (stood >= Grace && (!isWaiting || !WaitsForAnswers)) || stood >= Longest;
}
