using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Navarch.Kubelet.Server;

/// <summary>Which path is answered by whom. The paths are upstream's: the API server knows them.</summary>
internal sealed class ServerRoutes(LogsHandler logs, StreamingHandler streaming, FiguresHandler figures)
{
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", (HttpContext http) => http.Response.WriteAsync("ok"));
        app.Map("/containerLogs/{namespace}/{pod}/{container}", logs.HandleAsync);
        foreach (var method in (string[])["exec", "attach", "run"])
        {
            // With the UID in between a successor of the same name is not meant.
            var handler = method == "attach" ? (RequestDelegate)streaming.AttachAsync : streaming.ExecAsync;
            app.Map($"/{method}/{{namespace}}/{{pod}}/{{container}}", handler);
            app.Map($"/{method}/{{namespace}}/{{pod}}/{{uid}}/{{container}}", handler);
        }
        app.Map("/portForward/{namespace}/{pod}", streaming.PortForwardAsync);
        app.Map("/portForward/{namespace}/{pod}/{uid}", streaming.PortForwardAsync);
        app.MapGet("/pods", figures.PodsAsync);
        app.MapGet("/metrics/resource", figures.ResourceMetricsAsync);
        app.MapGet("/stats/summary", figures.SummaryAsync);
    }
}
