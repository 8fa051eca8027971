using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using TradingSystem.Dashboard.Forwarding;

namespace TradingSystem.Tests.Dashboard.Forwarding;

/// <summary>Bodies pass the front piece by piece, in both directions, and their ends are told apart.</summary>
[TestFixture]
public sealed class ForwarderStreamTests
{
    // Buffers on the way hold back some kilobytes, not half of this.
    private const int Half = 64 * 1024;
    private static readonly string First = new('1', 2 * Half);

    [Test]
    public async Task A_request_body_is_passed_on_while_it_is_still_being_sent()
    {
        var arrived = new TaskCompletionSource<string>();
        var gate = new TaskCompletionSource();
        await using var service = await ServiceAsync(async http =>
        {
            arrived.SetResult(await ReadAsync(http.Request.Body, Half));
            await http.Response.WriteAsync(await new StreamReader(http.Request.Body).ReadToEndAsync());
        });
        await using var front = await FrontAsync(service);

        using var content = new GatedContent(First, gate.Task, "second");
        var answer = front.Client.PostAsync("/api/v1/orders", content);
        Assert.That(await arrived.Task.WaitAsync(LocalServer.Patience), Is.EqualTo(First[..Half]));
        gate.SetResult();

        using var answered = await answer;
        Assert.That(await answered.Content.ReadAsStringAsync(), Is.EqualTo(First[Half..] + "second"));
    }

    [Test]
    public async Task An_answer_is_passed_on_while_it_is_still_being_written_and_may_outlive_the_deadline_for_its_headers()
    {
        var deadline = TimeSpan.FromMilliseconds(500);
        await using var service = await ServiceAsync(async http =>
        {
            await http.Response.WriteAsync("first");
            await http.Response.Body.FlushAsync();
            await Task.Delay(deadline * 2, http.RequestAborted);
            await http.Response.WriteAsync("second");
        });
        await using var front = await FrontAsync(service, deadline);

        using var answer = await front.Client.GetAsync("/api/v1/orders", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();

        Assert.That(await ReadAsync(body, 5), Is.EqualTo("first"));
        Assert.That(await ReadAsync(body, 6), Is.EqualTo("second"));
        Assert.That(await body.ReadAsync(new byte[1]), Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_answer_that_breaks_off_does_not_look_whole(bool lengthTold)
    {
        var gate = new TaskCompletionSource();
        await using var service = await ServiceAsync(async http =>
        {
            http.Response.ContentLength = lengthTold ? 100 : null;
            await http.Response.WriteAsync("first");
            await http.Response.Body.FlushAsync();
            await gate.Task;
            http.Abort();
        });
        await using var front = await FrontAsync(service);

        using var answer = await front.Client.GetAsync("/api/v1/orders", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.That(await ReadAsync(body, 5), Is.EqualTo("first"));
        gate.SetResult();

        Assert.That(async () => await body.ReadAsync(new byte[1]), Throws.InstanceOf<IOException>());
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_caller_who_leaves_ends_the_services_work_before_and_during_the_answer(bool answering)
    {
        var reached = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var service = await ServiceAsync(async http =>
        {
            http.RequestAborted.Register(cancelled.SetResult);
            if (answering)
            {
                await http.Response.WriteAsync("first");
                await http.Response.Body.FlushAsync();
            }

            reached.SetResult();
            await cancelled.Task;
        });
        await using var front = await FrontAsync(service);

        using var leaving = new CancellationTokenSource();
        var call = front.Client.GetStringAsync("/api/v1/orders", leaving.Token);
        await reached.Task.WaitAsync(LocalServer.Patience);
        await leaving.CancelAsync();

        await cancelled.Task.WaitAsync(LocalServer.Patience);
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_request_that_breaks_off_does_not_look_whole_to_the_service()
    {
        var arrived = new TaskCompletionSource();
        var end = new TaskCompletionSource<Exception?>();
        var gate = new TaskCompletionSource();
        await using var service = await ServiceAsync(async http =>
        {
            await ReadAsync(http.Request.Body, Half);
            arrived.SetResult();
            try
            {
                await http.Request.Body.CopyToAsync(Stream.Null);
                end.SetResult(null);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                end.SetResult(e);
            }
        });
        await using var front = await FrontAsync(service);

        using var content = new GatedContent(First, gate.Task, "second");
        var call = front.Client.PostAsync("/api/v1/orders", content);
        await arrived.Task.WaitAsync(LocalServer.Patience);
        gate.SetException(new IOException("the caller's disk failed"));

        Assert.That(async () => await call, Throws.InstanceOf<HttpRequestException>());
        Assert.That(await end.Task.WaitAsync(LocalServer.Patience), Is.Not.Null);
    }

    private static Task<LocalServer> ServiceAsync(RequestDelegate handler) => LocalServer.StartAsync(app => app.Map("{**path}", handler));

    private static Task<LocalServer> FrontAsync(LocalServer service, TimeSpan? deadline = null) =>
        LocalServer.FrontAsync(new ForwardOptions { Execution = service.Address, HeadersDeadline = deadline ?? LocalServer.Patience });

    private static async Task<string> ReadAsync(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(LocalServer.Patience);
        return Encoding.UTF8.GetString(bytes);
    }
}
