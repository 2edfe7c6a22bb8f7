module distributed-task-scheduler/worker

go 1.22
