using System.Collections.Concurrent;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Hosting;

namespace TradingSystem.Gateway.Market;

/// <summary>Asks the market for its candles.</summary>
public interface ICandleQuestions
{
    /// <summary>As many closed candles as there are, up to <see cref="MarketFeature.MaxCandles"/>; null when the market did not answer in time.</summary>
    Task<CandlesAnswer?> AskAsync(string symbol, string interval);
}

/// <summary>Over the bus; the first answer of any node counts.</summary>
public sealed class CandleQuestions(IBus bus, BusReadiness readiness, TimeProvider time, ILogger<CandleQuestions> log) : ICandleQuestions
{
    /// <summary>A connection that asks for history waits as long for its ack.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<CandlesAnswer>> _asked = new();

    public async Task<CandlesAnswer?> AskAsync(string symbol, string interval)
    {
        var question = new CandlesQuestion(Guid.NewGuid(), symbol, interval, MarketFeature.MaxCandles);
        var answer = _asked.GetOrAdd(question.Id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            using var deadline = new CancellationTokenSource(Patience, time);
            await readiness.WaitAsync(deadline.Token);
            await bus.Publish(question, deadline.Token);
            return await answer.Task.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception e)
        {
            // Whatever it was, connections go on without history.
            CandleQuestionsLog.NotAsked(log, symbol, interval, e.Message);
            return null;
        }
        finally
        {
            _asked.TryRemove(question.Id, out _);
        }
    }

    public void Answered(CandlesAnswer answer)
    {
        if (_asked.TryGetValue(answer.QuestionId, out var waiting))
        {
            waiting.TrySetResult(answer);
        }
    }
}

internal static partial class CandleQuestionsLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The market could not be asked for {Interval} candles of {Symbol}: {Error}")]
    public static partial void NotAsked(ILogger logger, string symbol, string interval, string error);
}
