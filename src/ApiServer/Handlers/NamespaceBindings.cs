using Navarch.Api.Core.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Reviews;

namespace Navarch.ApiServer.Handlers;

/// <summary>POST of <c>namespaces/NS/bindings</c>: the older place for what <c>pods/NAME/binding</c> takes; the pod is named in the body.</summary>
internal sealed class NamespaceBindings(BindingSubresource binding, Kind pods) : Review<Binding>
{
    protected override async Task WriteAnswerAsync(Binding question, ApiRequest request)
    {
        var answer = await binding.BindAsync(pods, request.Info.Namespace, question.Metadata.Name, question, request.Write with { IsAdmitted = true }, request.Aborted);
        await answer.WriteAsync(request);
    }
}
