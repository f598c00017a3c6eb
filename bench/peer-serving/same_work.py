"""personalization-apis' function made to do what ours does besides: the calls it leaves out.

Before it answers, `recommend` reads what is remembered of the visitor and what was kept of earlier answers,
and keeps the new answer with its explanation; `track` asks for the visitor's consent, makes their lists
stale, and has the event in S3. The function of personalization-apis does none of that, so this does it
around it, as its own code calls DynamoDB: by boto3's clients, made once.

The module is found beside `main` of personalization-apis; see `../src/bin/peer/task.rs`.
"""

import json
import time
import uuid

import boto3
import main

dynamodb = boto3.client("dynamodb")
s3 = boto3.client("s3")


def lambda_handler(event, context):
    if event["requestContext"]["http"]["method"] == "POST":
        return track(event, context)
    return recommend(event, context)


def recommend(event, context):
    user = event["rawPath"].rsplit("/", 1)[-1]
    keys = [{"listKey": {"S": key}} for key in (f"visitor#user#{user}", f"answer#{user}")]
    dynamodb.batch_get_item(RequestItems={"Lists": {"Keys": keys, "ConsistentRead": True}})
    answer = main.lambda_handler(event, context)
    items = json.loads(answer["body"])["itemList"]
    prediction = [{"id": item["itemId"], "score": item.get("score")} for item in items]
    explanation = [
        {"id": item["itemId"], "score": item.get("score"), "why": "taste", "modelRank": rank}
        for rank, item in enumerate(items)
    ]
    now = int(time.time())
    dynamodb.batch_write_item(
        RequestItems={
            "Lists": [
                put(f"answer#{user}", "prediction", prediction, now + 300),
                put(f"explain#{user}", "explanation", explanation, now + 86_400),
            ]
        }
    )
    return answer


def put(key, name, value, expires_at):
    item = {"listKey": {"S": key}, name: {"S": json.dumps(value)}, "expiresAt": {"N": str(expires_at)}}
    return {"PutRequest": {"Item": item}}


def track(event, context):
    body, now = json.loads(event["body"]), int(time.time())
    session = f"visitor#session#{body['sessionId']}"
    dynamodb.get_item(TableName="Lists", Key={"listKey": {"S": session}}, ConsistentRead=True)
    dynamodb.update_item(
        TableName="Lists",
        Key={"listKey": {"S": f"visitor#user#{body['userId']}"}},
        UpdateExpression="SET updatedAt = :now, expiresAt = :until ADD generation :one",
        ConditionExpression="attribute_not_exists(personalization) OR personalization = :yes",
        ExpressionAttributeValues={
            ":one": {"N": "1"},
            ":now": {"N": str(now)},
            ":until": {"N": str(now + 63_072_000)},
            ":yes": {"BOOL": True},
        },
        ReturnValues="ALL_NEW",
    )
    visit = {"sessionId": body["sessionId"], "userId": body["userId"]}
    lines = [json.dumps({**visit, **one, "receivedAt": now}) + "\n" for one in body["eventList"]]
    key = f"events/day={time.strftime('%Y-%m-%d', time.gmtime(now))}/{uuid.uuid4()}.jsonl"
    s3.put_object(
        Bucket="bench", Key=key, Body="".join(lines).encode(), ContentType="application/x-ndjson"
    )
    return main.lambda_handler(event, context)
