using Microsoft.AspNetCore.Http;
using Navarch.Api.FlowControl.V1;
using Navarch.ApiServer.Metrics;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Fairness;

/// <summary>
/// API Priority and Fairness (flowcontrol.apiserver.k8s.io, KEP-1040): each request belongs to a flow of a priority level.
/// Levels have seats of their own, so that one cannot starve another; flows of a level take turns.
/// </summary>
internal sealed class FlowControl(Catalog catalog, int seats, TimeProvider time)
{
    // A quarter of the minute that a request may take.
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(15);

    // Guards the levels. Held for a few additions.
    private readonly Lock gate = new();
    private readonly Kind schemas = catalog.Get<FlowSchema>();
    private readonly Kind configurations = catalog.Get<PriorityLevelConfiguration>();
    private readonly Dictionary<string, PriorityLevel> levels = new(StringComparer.Ordinal);
    private readonly Histogram waits = new([0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15]);
    private FlowPlan? plan;
    private int waiting;

    /// <summary>Names the flow of a request in its answer, and returns when it is the request's turn, with a ticket to give back at its end.</summary>
    /// <exception cref="StatusException">429: the queue is full, or the wait was too long.</exception>
    public ValueTask<Ticket> AdmitAsync(HttpContext http, UserInfo user, RequestInfo info, RequestOptions options)
    {
        if (Find(user, info) is not { } flow)
        {
            return default; // The server's own objects are not there yet.
        }

        http.Response.Headers["X-Kubernetes-PF-FlowSchema-UID"] = flow.Uid;
        http.Response.Headers["X-Kubernetes-PF-PriorityLevel-UID"] = flow.LevelUid;
        if (!RequestLimits.IsLongRunning(info))
        {
            return EnterAsync(flow, user, info, RequestWidth.Of(info, options, catalog), http.RequestAborted);
        }

        // Only the beginning of a watch is work; what passes through to a node is none of this server's.
        return info.Verb == "watch" ? BeginAsync(flow, user, info, options, http.RequestAborted) : default;
    }

    /// <summary>The flow that a request belongs to.</summary>
    public Flow? Find(UserInfo user, RequestInfo info) => Plan().Find(user, info);

    /// <summary>Returns with seats, which the ticket gives back: after a wait in the flow's queue where all are taken.</summary>
    /// <exception cref="StatusException">429: the queue is full, or the wait was too long.</exception>
    public ValueTask<Ticket> EnterAsync(Flow flow, UserInfo user, RequestInfo info, int width, CancellationToken ct)
    {
        var level = flow.Level;
        Waiter waiter;
        lock (gate)
        {
            if (level.IsExempt || (level.Waiting == 0 && level.HasSeats(width, FreePool())))
            {
                level.Take(width);
                return ValueTask.FromResult(new Ticket(this, level, width));
            }

            Span<int> hand = stackalloc int[level.HandSize];
            Hand.Deal(flow.HashOf(user, info), Math.Max(1, level.QueueCount), hand);
            if (level.Enqueue(hand, width) is not { } enqueued)
            {
                level.Counters.RejectedFull++;
                throw Rejected();
            }

            waiter = enqueued;
            waiting++;
        }

        return WaitAsync(waiter, ct);
    }

    public void Write(MetricsText text)
    {
        PriorityLevel[] all;
        lock (gate)
        {
            all = [.. levels.Values];
        }

        Each(text, all, "apiserver_flowcontrol_nominal_limit_seats", "gauge", "Seats of a priority level by its shares.", static level => level.Nominal);
        Each(text, all, "apiserver_flowcontrol_lower_limit_seats", "gauge", "Seats that a priority level never lends.", static level => level.Own);
        Each(text, all, "apiserver_flowcontrol_current_limit_seats", "gauge", "Seats that a priority level counts on.", static level => level.Nominal);
        Each(text, all, "apiserver_flowcontrol_current_executing_requests", "gauge", "Requests that are being served.", static level => level.Executing);
        Each(text, all, "apiserver_flowcontrol_current_executing_seats", "gauge", "Seats that are taken.", static level => level.Used);
        Each(text, all, "apiserver_flowcontrol_current_inqueue_requests", "gauge", "Requests that wait for a seat.", static level => level.Waiting);
        Each(text, all, "apiserver_flowcontrol_dispatched_requests_total", "counter", "Requests that got a seat.", static level => level.Counters.Dispatched);
        text.Begin("apiserver_flowcontrol_rejected_requests_total", "counter", "Requests that were told to come back later.");
        foreach (var level in all)
        {
            text.Add($"priority_level=\"{level.Name}\",reason=\"queue-full\"", level.Counters.RejectedFull);
            text.Add($"priority_level=\"{level.Name}\",reason=\"time-out\"", level.Counters.RejectedLate);
        }

        text.Begin("apiserver_flowcontrol_request_wait_duration_seconds", "histogram", "How long requests waited in queues, in seconds.").Add("", waits);
    }

    private async ValueTask<Ticket> BeginAsync(Flow flow, UserInfo user, RequestInfo info, RequestOptions options, CancellationToken ct)
    {
        using var ticket = await EnterAsync(flow, user, info, RequestWidth.Of(info, options, catalog), ct);
        return default;
    }

    private async ValueTask<Ticket> WaitAsync(Waiter waiter, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        try
        {
            await waiter.Seated.Task.WaitAsync(WaitMax, time, ct);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (gate)
            {
                if (waiter.Level.TryGiveUp(waiter))
                {
                    waiting--;
                    waiter.Level.Counters.RejectedLate++;
                    throw e is TimeoutException ? Rejected() : e;
                }
            }

            // It was let in at the last moment.
        }

        waits.Add(time.GetElapsedTime(began).TotalSeconds);
        return new Ticket(this, waiter.Level, waiter.Width);
    }

    private void Leave(PriorityLevel level, int width)
    {
        lock (gate)
        {
            level.Release(width);
            while (waiting > 0 && FindNext() is { } next)
            {
                next.Admit();
                waiting--;
            }
        }
    }

    /// <summary>The level to let somebody in at: first those within their own shares, of these the one with the smallest part of them in use.</summary>
    private PriorityLevel? FindNext()
    {
        PriorityLevel? best = null;
        var pool = FreePool();
        foreach (var level in levels.Values)
        {
            if (level.Next() is { } waiter && level.HasSeats(waiter.Width, pool) && (best is null || IsNeedier(level, best)))
            {
                best = level;
            }
        }

        return best;
    }

    private static bool IsNeedier(PriorityLevel level, PriorityLevel other) =>
        level.IsBorrowing != other.IsBorrowing ? other.IsBorrowing : (long)level.Used * other.Nominal < (long)other.Used * level.Nominal;

    private int FreePool()
    {
        var free = plan!.Pool;
        foreach (var level in levels.Values)
        {
            free -= level.IsExempt ? 0 : level.UsedOfPool;
        }

        return free;
    }

    private FlowPlan Plan()
    {
        var current = Volatile.Read(ref plan);
        var (flows, settings) = (schemas.Objects.Current, configurations.Objects.Current);
        if (current is not null && ReferenceEquals(current.Schemas, flows) && ReferenceEquals(current.Configurations, settings))
        {
            return current;
        }

        lock (gate)
        {
            // Read again: a plan of older objects must not take the place of one that another request has made meanwhile.
            current = FlowPlan.Build(schemas.Objects.Current, configurations.Objects.Current, levels, seats);
            foreach (var gone in levels.Where(item => item.Value is { Used: 0, Waiting: 0 } && !current.Levels.Contains(item.Value)).Select(static item => item.Key).ToList())
            {
                levels.Remove(gone);
            }

            foreach (var level in current.Levels)
            {
                levels.TryAdd(level.Name, level);
            }

            Volatile.Write(ref plan, current);
            return current;
        }
    }

    private static StatusException Rejected() =>
        StatusErrors.TooManyRequests("Too many requests, please try again later.", retryAfterSeconds: 1).AsException();

    private static void Each(MetricsText text, PriorityLevel[] levels, string name, string type, string help, Func<PriorityLevel, double> value)
    {
        text.Begin(name, type, help);
        foreach (var level in levels)
        {
            text.Add($"priority_level=\"{level.Name}\"", value(level));
        }
    }

    /// <summary>A place among the requests that are served.</summary>
    internal readonly struct Ticket(FlowControl? control, PriorityLevel level, int width) : IDisposable
    {
        public void Dispose() => control?.Leave(level, width);
    }
}
