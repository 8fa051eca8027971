using MassTransit;
using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Decisions;

/// <summary>
/// Answers what would become of a decision, beside the work and never in its way: a few at a time, none that nobody waits for any more. What
/// cannot be answered is not, and the gateway says so.
/// </summary>
public sealed class DecisionAnswers(DecisionPreview preview, IBus bus, IHostApplicationLifetime life, TimeProvider time, ILogger<DecisionAnswers> log)
{
    private const int MostAtOnce = 16;

    /// <summary>The gateway waits no longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private int _running;

    public void Take(DecisionQuestion question)
    {
        if (time.GetUtcNow() - question.Decision.CreatedAt > Patience)
        {
            return;
        }

        if (Interlocked.Increment(ref _running) > MostAtOnce)
        {
            Interlocked.Decrement(ref _running);
            DecisionAnswersLog.TooMany(log, question.Decision.GroupId);
            return;
        }

        _ = AnswerAsync(question);
    }

    private async Task AnswerAsync(DecisionQuestion question)
    {
        try
        {
            using var deadline = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, life.ApplicationStopping);
            if (await preview.OfAsync(question.Decision, either.Token) is { } would)
            {
                // Nobody waits any more; a message given up halfway would be an error in the log.
                either.Token.ThrowIfCancellationRequested();
                await bus.Publish(new DecisionAnswer(question.Id, would), either.Token);
            }
        }
        catch (Exception e)
        {
            DecisionAnswersLog.NotAnswered(log, question.Decision.GroupId, e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}

public sealed class DecisionQuestionsConsumer(DecisionAnswers answers) : IConsumer<DecisionQuestion>
{
    public Task Consume(ConsumeContext<DecisionQuestion> context)
    {
        answers.Take(context.Message);
        return Task.CompletedTask;
    }
}

internal static partial class DecisionAnswersLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Too many questions about decisions at once; the one of group {Group} is not answered")]
    public static partial void TooMany(ILogger logger, Guid group);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A question about a decision of group {Group} could not be answered: {Error}")]
    public static partial void NotAnswered(ILogger logger, Guid group, string error);
}
