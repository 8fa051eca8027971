using System.Collections.Concurrent;
using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Gateway.Events;

/// <summary>Asks execution what would become of a decision. Nothing does, and nobody waits for longer than <see cref="Patience"/>.</summary>
public sealed class DecisionQuestions(IBus bus, TimeProvider time, ILogger<DecisionQuestions> log)
{
    /// <summary>The replies behind it on its socket wait as long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<WouldBe>> _asked = new();

    /// <summary>Null when execution did not say in time.</summary>
    public async Task<WouldBecome?> AskAsync(TradeDecision decision)
    {
        var question = new DecisionQuestion(Guid.NewGuid(), decision);
        var answer = _asked.GetOrAdd(question.Id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            using var deadline = new CancellationTokenSource(Patience, time);
            await bus.Publish(question, deadline.Token);
            return Of(await answer.Task.WaitAsync(deadline.Token));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception e)
        {
            // Whatever it was, the one who asked must get his reply.
            DecisionQuestionsLog.NotAsked(log, decision.GroupId, e.Message);
            return null;
        }
        finally
        {
            _asked.TryRemove(question.Id, out _);
        }
    }

    public void Answered(DecisionAnswer answer)
    {
        if (_asked.TryGetValue(answer.QuestionId, out var waiting))
        {
            waiting.TrySetResult(answer.Would);
        }
    }

    private static WouldBecome Of(WouldBe would) => new(
        would.Action, would.Side, would.Qty, would.Price, would.Margin, would.Fee,
        would.Reason is { } r ? new(r.Code.Word, r.Limit, r.Value, r.NearestAcceptable, r.Message) : null);
}

public sealed class DecisionAnswersConsumer(DecisionQuestions questions) : IConsumer<DecisionAnswer>
{
    public Task Consume(ConsumeContext<DecisionAnswer> context)
    {
        questions.Answered(context.Message);
        return Task.CompletedTask;
    }
}

internal static partial class DecisionQuestionsLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Execution could not be asked about a decision of group {Group}: {Error}")]
    public static partial void NotAsked(ILogger logger, Guid group, string error);
}
